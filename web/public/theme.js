// Before anything is drawn, so that nobody who chose the dark theme sees a white page first.
try {
  const theme = localStorage.getItem("earmark.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the theme of the system it is.
}
