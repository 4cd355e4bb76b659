export const timeline = {
  role: "timeline",
  name: "Sound and annotations of this recording",
  help: "The wheel zooms around the pointer; with Shift it moves in time, with Alt it scrolls channels. Two fingers pinch and move. All of this is done by keys too: press the question mark to see them.",
  loading: "Drawing the spectrogram …",
  channel: "Ch. {number}",
  mix: "Mix",
  kilohertz: "{value} k",
  picture: "Video of this recording",
  noPicture:
    "The video cannot be shown: this browser does not play its format. The sound is there all the same.",
  blocked: "The browser lets sound begin only after a key or a click. Press play again.",
  undecodable: "This browser cannot play the sound of this recording.",
  owner_model: "Model",
  owner_file: "File",
} as const;
