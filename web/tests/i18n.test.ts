import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, language, t } from "../src/i18n";
import { en } from "../src/i18n/en";
import { fr } from "../src/i18n/fr";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe("messages", () => {
  it("are complete in French, with the same values to fill in", () => {
    for (const [area, messages] of Object.entries(en)) {
      const translated = fr[area as keyof typeof fr] as unknown as Record<string, unknown>;
      expect(Object.keys(translated).sort(), area).toEqual(Object.keys(messages).sort());
      for (const [name, message] of Object.entries(messages)) {
        const [ours, theirs] = [message, translated[name]].map((one) => JSON.stringify(one));
        const distinct = (text = "") => [...new Set(placeholders(text))];
        expect(distinct(theirs), `${area}.${name}`).toEqual(distinct(ours));
      }
    }
  });

  it("agree with numbers", () => {
    language.value = "en";
    expect(t("common.selected", { count: 1 })).toBe("1 selected");
    language.value = "fr";
    expect(t("common.selected", { count: 0 })).toBe("0 sélectionné");
    expect(t("common.selected", { count: 2 })).toBe("2 sélectionnés");
    language.value = "en";
  });
});

describe("formats", () => {
  it("write durations as clocks do", () => {
    expect([0, 7.4, 65, 3599.6, 86_399].map(formatDuration)).toEqual([
      "0:00",
      "0:07",
      "1:05",
      "1:00:00",
      "23:59:59",
    ]);
  });
  it("write sizes in a unit that is read at a glance", () => {
    expect([0, 999, 1500, 2_500_000_000].map(formatBytes)).toEqual([
      "0 byte",
      "999 byte",
      "1.5 kB",
      "2.5 GB",
    ]);
  });
});
