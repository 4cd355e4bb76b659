/** What a person set up for transcripts, kept in this browser. */
import { kept } from "../editor/document/settings";

/** Words of a lower score are marked. */
export const threshold = kept("transcript.threshold", 0.5);
/** The text scrolls along with the playhead. */
export const following = kept("transcript.follow", true);
/** Sounds that are no speech are lines, too. */
export const otherSounds = kept("transcript.sounds", false);
export const textSize = kept("transcript.size", 17);
export const panelOpen = kept("transcript.panel", true);
// On a small screen it lies over the text: it is opened when it is wanted.
if (matchMedia("(max-width: 760px)").matches) panelOpen.value = false;
export const copySpeakers = kept("transcript.copySpeakers", true);
export const copyTimes = kept("transcript.copyTimes", false);
