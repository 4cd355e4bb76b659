import { describe, expect, it } from "vitest";
import { stepDoubt, stepLine, stepWord, wordAt } from "../../src/transcript/model/cursor";
import { Heights } from "../../src/transcript/model/Heights";
import { isDoubtful, pieceAt, pieceAtOffset, piecesOf } from "../../src/transcript/model/pieces";
import { plainText } from "../../src/transcript/model/plain";
import { isSpoken, linesOf, opensTurn } from "../../src/transcript/model/rows";
import { confirmed, gapAfter, gapAt, splitAt } from "../../src/transcript/model/shape";
import { spoken, timesOf } from "./helpers";

describe("pieces of a text", () => {
  it("are its words with their times", () => {
    const pieces = piecesOf(spoken("a", 5, "hello  there".replace("  ", " ")));
    expect(pieces.map(({ text, at, start, word }) => [text, at, start, word])).toEqual([
      ["hello", 0, 5, 0],
      ["there", 6, 6, 1],
    ]);
  });

  it("skip the blanks that engines put before words", () => {
    const words = [" Hi", " you"].map((text, n) => ({ text, start: n, end: n + 1 }));
    const pieces = piecesOf({ id: "a", start: 0, end: 2, text: " Hi you", words });
    expect(pieces.map(({ text, at }) => [text, at])).toEqual([
      ["Hi", 1],
      ["you", 4],
    ]);
  });

  it("are guessed by their letters where there are no times", () => {
    const pieces = piecesOf({ id: "a", start: 0, end: 10, text: "aaaa bbbbbb" });
    expect(pieces.map(({ start, end, word }) => [start, end, word])).toEqual([
      [0, 4, null],
      [4, 10, null],
    ]);
  });

  it("are guessed where words are those of another text", () => {
    expect(piecesOf(spoken("a", 0, "one two", { text: "three" })).map((piece) => piece.word)).toEqual([null]);
  });

  it("are found by time and by place", () => {
    const pieces = piecesOf(spoken("a", 0, "one two three"));
    expect([-1, 0, 0.9, 1, 99].map((time) => pieceAt(pieces, time))).toEqual([-1, 0, 0, 1, 2]);
    expect([0, 2, 3, 4, 99].map((place) => pieceAtOffset(pieces, place))).toEqual([0, 0, 1, 1, 2]);
  });

  it("are doubtful below a score, and never without one", () => {
    const [piece] = piecesOf(spoken("a", 0, "one"));
    expect(piece && isDoubtful(piece, 0.95)).toBe(true);
    expect(piece && isDoubtful(piece, 0.9)).toBe(false);
    expect(piece && isDoubtful({ ...piece, score: null }, 1)).toBe(false);
  });
});

describe("lines", () => {
  const noise = { id: "n", start: 0, end: 1, label: "noise" };
  it("are what is spoken, transcribed or not", () => {
    expect(isSpoken(noise)).toBe(false);
    expect(isSpoken({ ...noise, label: "Speech" })).toBe(true);
    expect(isSpoken({ ...noise, text: "" })).toBe(true);
    expect(linesOf([noise, spoken("a", 1, "x")], false).map((line) => line.id)).toEqual(["a"]);
    expect(linesOf([noise, spoken("a", 1, "x")], true)).toHaveLength(2);
  });

  it("open a turn where somebody else speaks", () => {
    const [host, guest] = [
      spoken("a", 0, "x", { speaker: "host" }),
      spoken("b", 1, "y", { speaker: "guest" }),
    ];
    expect([opensTurn(undefined, host), opensTurn(host, host), opensTurn(host, guest)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(opensTurn(spoken("c", 0, "x"), spoken("d", 1, "y", { speaker: null }))).toBe(false);
  });
});

describe("cutting a line", () => {
  it("goes between words, in the middle of the pause", () => {
    const parts = splitAt(spoken("a", 0, "one two three", { speaker: "host" }), 4, "b");
    expect(parts?.map(({ id, start, end, text, speaker }) => [id, start, end, text, speaker])).toEqual([
      ["a", 0, 0.9, "one", "host"],
      ["b", 0.9, 3, "two three", "host"],
    ]);
    expect(parts && timesOf(parts[1])).toEqual([
      ["two", 1, 1.8],
      ["three", 2, 2.8],
    ]);
  });

  it("goes before the word that the place is in, or behind the blank", () => {
    expect(splitAt(spoken("a", 0, "one two three"), 6, "b")?.[1].text).toBe("two three");
    expect(splitAt(spoken("a", 0, "one two three"), 3, "b")?.[1].text).toBe("two three");
  });

  it("is refused where a part would be empty", () => {
    expect(splitAt(spoken("a", 0, "one two"), 0, "b")).toBeNull();
    expect(splitAt(spoken("a", 0, "one two"), 7, "b")).toBeNull();
    expect(splitAt(spoken("a", 0, "one"), 1, "b")).toBeNull();
    expect(splitAt({ id: "a", start: 0, end: 0, text: "one two" }, 4, "b")).toBeNull();
  });

  it("works without times of words, by letters", () => {
    const parts = splitAt({ id: "a", start: 0, end: 10, text: "aaaa bbbbbb" }, 5, "b");
    expect(parts?.map(({ start, end, text }) => [start, end, text])).toEqual([
      [0, 4, "aaaa"],
      [4, 10, "bbbbbb"],
    ]);
  });

  it("loses no word, wherever it is", () => {
    const line = spoken("a", 0, "so we said, that is it");
    for (let place = 0; place <= 22; place++) {
      const parts = splitAt(line, place, "b");
      if (!parts) continue;
      expect(`${parts[0].text} ${parts[1].text}`).toBe(line.text);
      expect([...(parts[0].words ?? []), ...(parts[1].words ?? [])]).toHaveLength(6);
      for (const part of parts)
        for (const word of part.words ?? []) {
          expect(word.start).toBeGreaterThanOrEqual(part.start);
          expect(word.end).toBeLessThanOrEqual(part.end);
        }
    }
  });
});

describe("new lines", () => {
  it("fill the gap behind a line, five seconds at most", () => {
    const [a, b] = [spoken("a", 0, "x y"), spoken("b", 4, "z")];
    expect(gapAfter(a, b, 60)).toEqual({ start: 2, end: 4 });
    expect(gapAfter(b, undefined, 60)).toEqual({ start: 5, end: 10 });
    expect(gapAfter(b, undefined, 6)).toEqual({ start: 5, end: 6 });
    expect(gapAfter(undefined, undefined, 60)).toEqual({ start: 0, end: 5 });
    expect(gapAfter(a, spoken("b", 1, "z"), 60)).toBeNull();
  });

  it("begin at a moment that no line covers", () => {
    const lines = [spoken("a", 0, "x y"), spoken("b", 4, "z")];
    expect(gapAt(lines, 1, 60)).toBeNull();
    expect(gapAt(lines, 3, 60)).toEqual({ start: 3, end: 4 });
    expect(gapAt(lines, 30, 60)).toEqual({ start: 30, end: 35 });
    expect(gapAt(lines, 60, 60)).toBeNull();
  });
});

describe("a cursor over words", () => {
  const lines = [spoken("a", 0, "one two"), spoken("b", 2, "three"), spoken("c", 5, "")];
  it("goes on in the next line", () => {
    expect(stepWord(lines, 0, 0, 1)).toEqual({ id: "a", piece: 1 });
    expect(stepWord(lines, 0, 1, 1)).toEqual({ id: "b", piece: 0 });
    expect(stepWord(lines, 1, 0, -1)).toEqual({ id: "a", piece: 1 });
    expect(stepWord(lines, 1, 0, 1)).toEqual({ id: "c", piece: 0 });
    expect(stepWord(lines, 2, 0, 1)).toBeNull();
    expect(stepWord(lines, 0, 0, -1)).toBeNull();
  });

  it("goes up and down, no farther than the ends", () => {
    expect(stepLine(lines, 0, 1, 1)).toEqual({ id: "b", piece: 0 });
    expect(stepLine(lines, 1, 0, -5)).toEqual({ id: "a", piece: 0 });
    expect(stepLine([], 0, 0, 1)).toBeNull();
  });

  it("finds words to look at again, around the end", () => {
    const low = spoken("d", 9, "four five");
    const doubtful = {
      ...low,
      words: low.words?.map((word, n) => ({ ...word, score: n === 1 ? 0.2 : 0.9 })),
    };
    const all = [...lines, doubtful];
    expect(stepDoubt(all, { at: 0, piece: 0 }, 1, 0.5)).toEqual({ id: "d", piece: 1 });
    expect(stepDoubt(all, { at: 0, piece: 0 }, -1, 0.5)).toEqual({ id: "d", piece: 1 });
    expect(stepDoubt(all, { at: 3, piece: 1 }, 1, 0.5)).toEqual({ id: "d", piece: 1 });
    expect(stepDoubt(lines, { at: 0, piece: 0 }, 1, 0.5)).toBeNull();
    expect(stepDoubt([confirmed(doubtful, 1)], { at: 0, piece: 0 }, 1, 0.5)).toBeNull();
  });

  it("knows the word that is heard", () => {
    expect(wordAt(lines, 1.9)).toEqual({ id: "a", piece: 1 });
    expect(wordAt(lines, 4)).toBeNull();
    expect(wordAt([spoken("a", 0, "x y z"), spoken("b", 1, "u v")], 1.5)).toEqual({ id: "b", piece: 0 });
  });
});

describe("heights of lines", () => {
  it("say where each begins and which lies at a place", () => {
    const heights = new Heights([10, 20, 30, 40, 50]);
    expect([0, 1, 2, 5].map((line) => heights.top(line))).toEqual([0, 10, 30, 150]);
    expect([-5, 0, 9, 10, 29, 30, 149, 150, 999].map((place) => heights.lineAt(place))).toEqual([
      0, 0, 0, 1, 1, 2, 4, 4, 4,
    ]);
    expect(heights.set(1, 25)).toBe(5);
    expect([heights.top(2), heights.total, heights.lineAt(34)]).toEqual([35, 155, 1]);
    expect(new Heights([]).lineAt(3)).toBe(0);
  });

  it("agree with sums for thousands of lines that change", () => {
    const list = Array.from({ length: 3000 }, (_, n) => 20 + ((n * 37) % 90));
    const heights = new Heights(list);
    for (let n = 0; n < 3000; n += 7) {
      list[n] = 5 + (n % 50);
      heights.set(n, list[n] ?? 0);
    }
    let sum = 0;
    list.forEach((height, n) => {
      expect(heights.top(n)).toBe(sum);
      expect(heights.lineAt(sum)).toBe(n);
      sum += height;
    });
    expect(heights.total).toBe(sum);
  });
});

describe("plain text", () => {
  const lines = [
    spoken("a", 0, "Good morning.", { speaker: "host" }),
    spoken("b", 2, "How are you?", { speaker: "host" }),
    spoken("c", 65, "Fine.", { speaker: "guest" }),
    spoken("d", 70, "", { speaker: "host" }),
  ];
  it("has turns as paragraphs", () => {
    expect(plainText(lines, { speakers: false, times: false })).toBe("Good morning. How are you?\n\nFine.");
    expect(plainText(lines, { speakers: true, times: true })).toBe(
      "[0:00] host: Good morning. How are you?\n\n[1:05] guest: Fine.",
    );
  });
});
