import { useEffect, useState } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from "preact-iso";
import { t } from "./i18n";
import { Shell } from "./shell/Shell";
import { SignIn } from "./shell/SignIn";
import { loadSession, session } from "./shell/session";
import { Empty, ErrorNotice } from "./ui";
import { Toasts } from "./ui/toasts";

// Each page comes with its own script, when it is opened.
const Projects = lazy(() => import("./library/Projects"));
const Recordings = lazy(() => import("./library/Recordings"));
const Review = lazy(() => import("./review/Review"));
const ProjectSettings = lazy(() => import("./project/ProjectSettings"));
const Editor = lazy(() => import("./editor/Editor"));
const Transcript = lazy(() => import("./transcript/Transcript"));
const Live = lazy(() => import("./live/Live"));
const Jobs = lazy(() => import("./jobs/Jobs"));
const Models = lazy(() => import("./models/Models"));
const People = lazy(() => import("./people/People"));
const Account = lazy(() => import("./people/Account"));
const System = lazy(() => import("./system/System"));

function NotFound() {
  return (
    <div class="page">
      <Empty title={t("shell.notFound")}>
        <p>{t("shell.notFoundHint")}</p>
        <a href="/">{t("shell.projects")}</a>
      </Empty>
    </div>
  );
}

/** Addresses of pages; `earmark.server.web` has to know their first parts. */
function Pages() {
  return (
    <Shell>
      <ErrorBoundary>
        <Router>
          <Route path="/" component={Projects} />
          <Route path="/projects/:projectId" component={Recordings} />
          <Route path="/projects/:projectId/review" component={Review} />
          <Route path="/projects/:projectId/settings/:tab?" component={ProjectSettings} />
          <Route path="/recordings/:recordingId" component={Editor} />
          <Route path="/recordings/:recordingId/transcript" component={Transcript} />
          <Route path="/live" component={Live} />
          <Route path="/jobs/:jobId?" component={Jobs} />
          <Route path="/models/:modelId?" component={Models} />
          <Route path="/people" component={People} />
          <Route path="/account/:tab?" component={Account} />
          <Route path="/system" component={System} />
          <Route default component={NotFound} />
        </Router>
      </ErrorBoundary>
    </Shell>
  );
}

export function App() {
  const [error, setError] = useState<unknown>(null);
  const load = () => {
    setError(null);
    loadSession().catch(setError);
  };
  useEffect(load, []);
  return (
    <LocationProvider>
      {error !== null && (
        <div class="page">
          <ErrorNotice error={error} onRetry={load} />
        </div>
      )}
      {session.value === null && <SignIn />}
      {session.value && <Pages />}
      <Toasts />
    </LocationProvider>
  );
}
