import { describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { withLeftOut } from "../../src/library/bulk";
import { leftOutWords } from "../../src/library/leftOut";

describe("recordings that get no job", () => {
  it("are counted over several answers", () => {
    const first = withLeftOut({}, [{ reason: "importing", count: 2 }]);
    const both = withLeftOut(first, [
      { reason: "importing", count: 1 },
      { reason: "trashed", count: 4 },
    ]);
    expect(both).toEqual({ importing: 3, trashed: 4 });
    expect(first).toEqual({ importing: 2 });
  });

  it("are told with the reasons", () => {
    language.value = "en";
    expect(leftOutWords({ trashed: 1, importing: 3 })).toBe(
      "Left out: 3 are still being imported, 1 is in the trash.",
    );
    expect(leftOutWords({})).toBe("");
  });
});
