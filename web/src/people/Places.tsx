import type { SchemaPlaceAnswer } from "../api/schema";
import { t } from "../i18n";
import { roleWord } from "../project/roleWords";
import { type Column, Dialog, More, Table } from "../ui";
import { type Person, usePlaces } from "./usePeople";

const columns = (): Column<SchemaPlaceAnswer>[] => [
  {
    key: "project",
    title: t("people.project"),
    cell: (place) => <a href={`/projects/${place.project_id}`}>{place.project_name}</a>,
  },
  { key: "role", title: t("people.role"), cell: (place) => roleWord(place.role) },
];

/** In which projects a person is, and as what. */
export function Places({ person, onClose }: { person: Person; onClose: () => void }) {
  const pages = usePlaces(person.id);
  const empty = pages.items.length === 0 && !pages.loading && pages.error === null;
  return (
    <Dialog title={t("people.placesOf", { name: person.name })} onClose={onClose}>
      {person.is_administrator && <p class="soft">{t("people.placesAdministrator")}</p>}
      {empty && <p>{t("people.noPlaces", { name: person.name })}</p>}
      {pages.items.length > 0 && (
        <Table
          label={t("people.placesOf", { name: person.name })}
          columns={columns()}
          rows={pages.items}
          keyOf={(place) => place.project_id}
        />
      )}
      <More pages={pages} />
    </Dialog>
  );
}
