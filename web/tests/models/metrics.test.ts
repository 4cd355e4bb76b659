import { describe, expect, it } from "vitest";
import { mainFigure, metricsOf, shares } from "../../src/models/metrics";

describe("figures of a model", () => {
  it("are numbers, wherever they are", () => {
    const { figures } = metricsOf({ f1: 0.9, note: "good", test: { wer: 0.1, words: { total: 100 } } });
    expect(figures).toEqual([
      { name: "f1", value: 0.9 },
      { name: "test.wer", value: 0.1 },
      { name: "test.words.total", value: 100 },
    ]);
  });

  it("are curves where they come as lists", () => {
    const { curves } = metricsOf({
      loss: [3, 2, 1],
      history: [
        { epoch: 2, f1: 0.5, note: "a" },
        { epoch: 4, f1: 0.7, lr: 0.01 },
      ],
    });
    expect(curves).toEqual([
      { name: "loss", x: [1, 2, 3], values: [3, 2, 1] },
      { name: "history.f1", x: [2, 4], values: [0.5, 0.7] },
      { name: "history.lr", x: [2, 4], values: [null, 0.01] },
    ]);
  });

  it("are a table where each label has some", () => {
    const { grids, figures } = metricsOf({
      labels: { speech: { precision: 0.9, recall: 0.8 }, noise: { precision: 0.7 } },
    });
    expect(grids).toEqual([
      {
        name: "labels",
        columns: ["precision", "recall"],
        rows: [
          { name: "speech", values: [0.9, 0.8] },
          { name: "noise", values: [0.7, null] },
        ],
      },
    ]);
    expect(figures).toEqual([]);
  });

  it("hold a confusion matrix only where it is square and named", () => {
    const confusion = {
      labels: ["a", "b"],
      matrix: [
        [8, 2],
        [0, 0],
      ],
    };
    expect(metricsOf({ confusion }).confusion).toEqual(confusion);
    expect(metricsOf({ confusion: { labels: ["a", "b"], matrix: [[1], [2, 3]] } }).confusion).toBeNull();
    expect(shares(confusion)).toEqual([
      [0.8, 0.2],
      [null, null],
    ]);
  });

  it("come to the list as the most telling one", () => {
    expect(mainFigure({ epochs: 12, test: { loss: 0.2, f1: 0.9 } })).toEqual({ name: "test.f1", value: 0.9 });
    expect(mainFigure({ epochs: 12 })).toEqual({ name: "epochs", value: 12 });
    expect(mainFigure({})).toBeNull();
  });
});
