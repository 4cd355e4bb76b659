import { describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { textOf, withLines } from "../../src/jobs/log";
import { type Job, jobAfter, runSeconds, secondsToGo, speedOf, withNewest } from "../../src/jobs/timing";
import { isUsual, sortingQuery, wantedBy } from "../../src/jobs/wanted";
import { stageWord } from "../../src/jobs/words";

const START = "2026-01-02T10:00:00.000Z";
const at = (seconds: number) => Date.parse(START) + seconds * 1000;

function job(given: Partial<Job> = {}): Job {
  return {
    id: "a",
    kind: "annotate",
    title: "Annotate",
    arguments: {},
    project_id: null,
    project_name: null,
    recording_id: null,
    recording_name: null,
    state: "running",
    priority: 0,
    progress: 0.25,
    stage: "",
    eta: null,
    attempt: 1,
    max_attempts: 3,
    cancel_requested: false,
    result: null,
    error: null,
    audio_seconds: null,
    created_by: null,
    created_at: START,
    available_at: START,
    started_at: START,
    finished_at: null,
    ...given,
  };
}

const event = (kind: string, subject: string, data: Record<string, unknown>) => ({
  number: 1,
  at: "2026-01-02T10:05:00.000Z",
  kind,
  project_id: null,
  subject_id: subject,
  data,
});

describe("the order of jobs", () => {
  it("stands in the address, but for the usual one", () => {
    expect(isUsual(wantedBy({}))).toBe(true);
    expect(isUsual(wantedBy({ order: "asc" }))).toBe(false);
    expect(wantedBy({ sort: "worker", order: "up" })).toMatchObject({ sort: "created_at", order: "desc" });
    expect(wantedBy(sortingQuery("priority", "asc"))).toMatchObject({ sort: "priority", order: "asc" });
    expect(sortingQuery("created_at", "desc")).toEqual({ sort: "", order: "" });
  });
});

describe("stages", () => {
  it("are told in the reader's language, those unknown as they are", () => {
    language.value = "fr";
    expect(stageWord("transcript")).toBe("transcription");
    expect(stageWord("polishing")).toBe("polishing");
    language.value = "en";
    expect(stageWord("speech")).toBe("listening for speech");
  });
});

describe("times of jobs", () => {
  it("count from the beginning until now, or until the end", () => {
    expect(runSeconds(job(), at(30))).toBe(30);
    expect(runSeconds(job({ state: "done", finished_at: "2026-01-02T10:00:12.500Z" }), at(99))).toBe(12.5);
    expect(runSeconds(job({ state: "queued", started_at: START }), at(30))).toBeNull();
    expect(runSeconds(job({ started_at: null }), at(30))).toBeNull();
  });

  it("say what is left from what is done", () => {
    expect(secondsToGo(job(), at(10))).toBe(30);
    expect(secondsToGo(job({ progress: 0.005 }), at(10))).toBeNull();
    expect(secondsToGo(job({ state: "done", progress: 1 }), at(10))).toBeNull();
  });

  it("give the speed of what is done", () => {
    const done = job({ state: "done", audio_seconds: 600, finished_at: "2026-01-02T10:01:00.000Z" });
    expect(speedOf(done, at(999))).toBe(10);
    expect(speedOf(job({ audio_seconds: 600 }), at(60))).toBeNull();
  });
});

describe("events", () => {
  it("change the job that they are about, and no other", () => {
    const other = job({ id: "b" });
    const told = event("job.progress", "a", { state: "running", progress: 0.5, stage: "speech" });
    expect(jobAfter(other, told)).toBe(other);
    expect(jobAfter(job(), told)).toMatchObject({ progress: 0.5, stage: "speech", finished_at: null });
  });

  it("tell when it began and ended", () => {
    const begun = jobAfter(
      job({ state: "queued", started_at: null }),
      event("job.started", "a", { state: "running" }),
    );
    expect(begun.started_at).toBe("2026-01-02T10:05:00.000Z");
    const failed = jobAfter(job(), event("job.failed", "a", { state: "failed", error: "no disk" }));
    expect(failed).toMatchObject({
      state: "failed",
      error: "no disk",
      finished_at: "2026-01-02T10:05:00.000Z",
    });
    const again = jobAfter(failed, event("job.retried", "a", { state: "queued", error: null }));
    expect(again).toMatchObject({ state: "queued", finished_at: null });
  });
});

describe("lists", () => {
  it("put new jobs first and keep the older ones where they are", () => {
    const shown = [job({ id: "b" }), job({ id: "a" })];
    const merged = withNewest(shown, [job({ id: "c" }), job({ id: "b", state: "done" })]);
    expect(merged.map(({ id, state }) => `${id} ${state}`)).toEqual(["c running", "b done", "a running"]);
  });
});

describe("logs", () => {
  const line = (number: number) => ({
    number,
    attempt: 1,
    at: START,
    level: "INFO",
    message: `line ${number}`,
  });
  it("grow by what is new when a page is read again", () => {
    const known = withLines([], [line(3), line(5)]);
    expect(withLines(known, [line(3), line(5), line(9)]).map((one) => one.number)).toEqual([3, 5, 9]);
  });
  it("are copied as one line each", () => {
    expect(textOf([line(1)])).toBe(`${START} INFO line 1\n`);
  });
});
