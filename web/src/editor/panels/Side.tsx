import { X } from "lucide";
import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { IconButton } from "../../ui";
import { type SideTab, sideOpen, sideTab, sideWidth } from "../document/settings";
import type { Workspace } from "../document/Workspace";
import styles from "./frame.module.css";
import { Inspector } from "./Inspector";
import { LayerPanel } from "./LayerPanel";
import { LookPanel } from "./LookPanel";
import { SegmentList } from "./SegmentList";

const TABS: readonly SideTab[] = ["segment", "list", "layers", "look"];
const NARROWEST = 260;
const WIDEST = 620;

export function Side({ work }: { work: Workspace }) {
  const tab = sideTab.value;
  return (
    <aside
      class={styles.side}
      style={{ width: `${sideWidth.value}px` }}
      aria-label={t("editor.panels")}
      data-part
    >
      <Handle />
      <div class="row">
        <div class="tabs grow" role="tablist" aria-label={t("editor.panels")}>
          {TABS.map((one) => (
            <button
              type="button"
              key={one}
              role="tab"
              id={`tab-${one}`}
              aria-selected={tab === one}
              aria-controls="side-panel"
              tabIndex={tab === one ? 0 : -1}
              onClick={() => {
                sideTab.value = one;
              }}
              onKeyDown={(event) => step(event, one)}
            >
              {t(`editor.tab_${one}`)}
            </button>
          ))}
        </div>
        <IconButton
          class={styles.closeSide}
          icon={X}
          label={t("common.close")}
          onClick={() => {
            sideOpen.value = false;
          }}
        />
      </div>
      <div class={styles.sideBody} id="side-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "segment" && <Inspector work={work} />}
        {tab === "list" && <SegmentList work={work} />}
        {tab === "layers" && <LayerPanel work={work} />}
        {tab === "look" && <LookPanel work={work} />}
      </div>
    </aside>
  );
}

function step(event: KeyboardEvent, from: SideTab): void {
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  event.stopPropagation();
  const next = TABS[(TABS.indexOf(from) + by + TABS.length) % TABS.length] ?? from;
  sideTab.value = next;
  document.getElementById(`tab-${next}`)?.focus();
}

const held = (width: number) => Math.min(Math.max(width, NARROWEST), WIDEST);

/** Makes the panel wider or narrower, by mouse and by arrows. */
function Handle() {
  const from = useRef<{ x: number; width: number } | null>(null);
  return (
    <button
      type="button"
      class={styles.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={t("editor.resizePanel")}
      aria-valuenow={sideWidth.value}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width: sideWidth.value };
      }}
      onPointerMove={(event) => {
        if (from.current) sideWidth.value = held(from.current.width + from.current.x - event.clientX);
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onKeyDown={(event) => {
        const by = event.key === "ArrowLeft" ? 20 : event.key === "ArrowRight" ? -20 : 0;
        if (by === 0) return;
        event.preventDefault();
        event.stopPropagation();
        sideWidth.value = held(sideWidth.value + by);
      }}
    />
  );
}
