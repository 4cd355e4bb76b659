import { FileAudio, SearchX, Trash2 } from "lucide";
import { t } from "../i18n";
import type { ProjectView } from "../project/useProject";
import { Button, Empty, Icon } from "../ui";
import { type Filters, isNarrowed, NO_FILTERS } from "./filters";
import { AddMenu } from "./LibraryHead";

interface Props {
  view: ProjectView;
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

/** Why there is nothing in the list, and what to do about it. */
export function NothingHere({ view, filters, onFilters }: Props) {
  if (isNarrowed(filters)) {
    return (
      <Empty title={t("library.nothingFits")}>
        <Icon of={SearchX} size={32} />
        <p>{t("library.nothingFitsHint")}</p>
        <Button onClick={() => onFilters({ ...NO_FILTERS, trashed: filters.trashed })}>
          {t("library.clearAll")}
        </Button>
      </Empty>
    );
  }
  if (filters.trashed) {
    return (
      <Empty title={t("library.trashEmpty")}>
        <Icon of={Trash2} size={32} />
        <p>{t("library.trashEmptyHint")}</p>
        <Button onClick={() => onFilters(NO_FILTERS)}>{t("library.backToAll")}</Button>
      </Empty>
    );
  }
  return (
    <Empty title={t("library.noRecordings")}>
      <Icon of={FileAudio} size={40} />
      {view.can("manage") ? (
        <>
          <p>{t("library.noRecordingsHint")}</p>
          <AddMenu view={view} kind="primary" />
        </>
      ) : (
        <p>{t("library.noRecordingsOthers")}</p>
      )}
    </Empty>
  );
}
