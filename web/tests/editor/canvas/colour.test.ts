import { describe, expect, it } from "vitest";
import { colourAt, faded, inkOn, levelOf, paint, tableOf } from "../../../src/editor/model/colour";

const TILES = { floorDb: -100, ceilingDb: 0 };
const bytes = (colour: number | undefined) => [...new Uint8Array(new Uint32Array([colour ?? 0]).buffer)];

describe("the table of colours", () => {
  it("goes from the floor to the ceiling of the look and holds its ends beyond them", () => {
    const table = tableOf({ colourMap: "grey", floorDb: -80, ceilingDb: -20 }, TILES, false);
    expect(table.length).toBe(256);
    expect(bytes(table[0])).toEqual([0, 0, 0, 255]);
    expect(bytes(table[51])).toEqual([0, 0, 0, 255]);
    expect(bytes(table[204])).toEqual([255, 255, 255, 255]);
    expect(bytes(table[255])).toEqual([255, 255, 255, 255]);
    expect(bytes(table[128])[0]).toBe(Math.round(((levelOf(128, TILES) + 80) / 60) * 255));
  });

  it("is dark on light where asked for, in grey only", () => {
    const look = { floorDb: -100, ceilingDb: 0 };
    expect(bytes(tableOf({ ...look, colourMap: "grey" }, TILES, true)[0])).toEqual([255, 255, 255, 255]);
    const [light, dark] = [true, false].map((inverted) =>
      tableOf({ ...look, colourMap: "magma" }, TILES, inverted),
    );
    expect(light).toEqual(dark);
  });

  it("never gets darker with more sound, and is opaque throughout", () => {
    for (const colourMap of ["grey", "magma", "viridis", "inferno"] as const) {
      const table = tableOf({ colourMap, ...TILES }, TILES, false);
      let before = -1;
      for (const colour of table) {
        const [red = 0, green = 0, blue = 0, alpha] = bytes(colour);
        const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        expect(alpha).toBe(255);
        expect(light).toBeGreaterThanOrEqual(before - 1.5);
        before = light;
      }
    }
  });

  it("stands a floor above the ceiling: everything becomes black or white", () => {
    const table = tableOf({ colourMap: "grey", floorDb: -20, ceilingDb: -20 }, TILES, false);
    expect(new Set([...table].map((colour) => bytes(colour)[0]))).toEqual(new Set([0, 255]));
  });

  it("has the ends of matplotlib's maps", () => {
    expect(colourAt("viridis", 0)).toEqual([0x44, 0x01, 0x54]);
    expect(colourAt("viridis", 1)).toEqual([0xfd, 0xe7, 0x25]);
    expect(colourAt("inferno", 2)).toEqual([0xfc, 0xff, 0xa4]);
    expect(colourAt("magma", 0.5)).toEqual([0xb6, 0x37, 0x79]);
  });

  it("colours every grey value by one look-up", () => {
    const table = tableOf({ colourMap: "viridis", ...TILES }, TILES, false);
    const pixels = new Uint32Array(3);
    paint(Uint8Array.of(0, 128, 255), table, pixels);
    expect([...pixels]).toEqual([table[0], table[128], table[255]]);
  });
});

it("levels of grey are those of the server", () => {
  expect(levelOf(0, TILES)).toBe(-100);
  expect(levelOf(255, TILES)).toBe(0);
  expect(levelOf(51, { floorDb: -80, ceilingDb: 20 })).toBe(-60);
});

it("letters on a colour are black or white, whichever is read better", () => {
  expect(inkOn("#ffffff")).toBe("#000000");
  expect(inkOn("#0072b2")).toBe("#ffffff");
  expect(inkOn("#e69f00")).toBe("#000000");
  expect(faded("#0072b2", 0.5)).toBe("rgb(0 114 178 / 0.5)");
});
