/** All that the pages say in French, one file for each part of the application. */
import { common } from "./common";
import { editor } from "./editor";
import { jobs } from "./jobs";
import { library } from "./library";
import { live } from "./live";
import { models } from "./models";
import { people } from "./people";
import { project } from "./project";
import { review } from "./review";
import { shell } from "./shell";
import { system } from "./system";
import { timeline } from "./timeline";
import { transcript } from "./transcript";
import { upload } from "./upload";

export const fr = {
  common,
  editor,
  jobs,
  library,
  live,
  models,
  people,
  project,
  review,
  shell,
  system,
  timeline,
  transcript,
  upload,
};
