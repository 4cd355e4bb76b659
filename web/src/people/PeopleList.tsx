import { FolderOpen, KeyRound, Pencil, ShieldCheck, ShieldOff, UserCheck, UserPlus, UserX } from "lucide";
import { useState } from "preact/hooks";
import { formatAgo, formatMoment, t } from "../i18n";
import { session } from "../shell/session";
import {
  Button,
  Check,
  type Column,
  complain,
  Empty,
  Icon,
  Menu,
  type MenuItem,
  More,
  say,
  Table,
  TextField,
  useQuery,
} from "../ui";
import { NewPerson } from "./NewPerson";
import { CloseAccount, Rename, ResetPassword } from "./PersonDialogs";
import { Places } from "./Places";
import { Secret } from "./Secret";
import { sortingBy, sortingQuery } from "./sorting";
import { changePerson, type Person, usePeople } from "./usePeople";

type Doing = { what: "places" | "rename" | "reset" | "close"; person: Person } | { what: "new" } | null;
interface Made {
  person: Person;
  password: string;
}

function itemsFor(
  person: Person,
  start: (doing: Doing) => void,
  change: (person: Person, given: { is_administrator?: boolean; active?: boolean }) => void,
): MenuItem[] {
  const { is_administrator: administrator, active } = person;
  const items: MenuItem[] = [
    { label: t("people.places"), icon: FolderOpen, onSelect: () => start({ what: "places", person }) },
    { label: t("people.rename"), icon: Pencil, onSelect: () => start({ what: "rename", person }) },
    { label: t("people.reset"), icon: KeyRound, onSelect: () => start({ what: "reset", person }) },
    {
      label: administrator ? t("people.takeAdministrator") : t("people.makeAdministrator"),
      icon: administrator ? ShieldOff : ShieldCheck,
      onSelect: () => change(person, { is_administrator: !administrator }),
    },
  ];
  const close: MenuItem = active
    ? { label: t("people.closeAccount"), icon: UserX, onSelect: () => start({ what: "close", person }) }
    : { label: t("people.openAccount"), icon: UserCheck, onSelect: () => change(person, { active: true }) };
  // One's own account is closed by others: nobody locks themselves out by a slip.
  return person.id === session.value?.user.id ? items : [...items, close];
}

function columnsOf(itemsOf: (person: Person) => MenuItem[]): Column<Person>[] {
  return [
    {
      key: "name",
      sort: "name",
      title: t("people.name"),
      cell: (person) => (
        <div class="row">
          <strong>{person.name}</strong>
          {person.is_administrator && (
            <span class="badge badge-accent">
              <Icon of={ShieldCheck} size={14} />
              {t("people.administrator")}
            </span>
          )}
          {!person.active && <span class="badge badge-warn">{t("people.closed")}</span>}
        </div>
      ),
    },
    {
      key: "login",
      sort: "login",
      title: t("people.login"),
      cell: (person) => <span class="mono small">{person.login}</span>,
    },
    {
      key: "seen",
      sort: "seen_at",
      title: t("people.seen"),
      wide: true,
      cell: ({ seen_at: seen }) =>
        seen === null ? (
          <span class="soft">{t("people.never")}</span>
        ) : (
          <time dateTime={seen} title={formatMoment(seen)}>
            {formatAgo(seen)}
          </time>
        ),
    },
    {
      key: "made",
      sort: "created_at",
      title: t("people.made"),
      wide: true,
      cell: (person) => <time dateTime={person.created_at}>{formatMoment(person.created_at)}</time>,
    },
    {
      key: "actions",
      title: "",
      end: true,
      cell: (person) => (
        <Menu
          button="⋯"
          kind="plain"
          label={t("people.actionsFor", { name: person.name })}
          items={itemsOf(person)}
        />
      ),
    },
  ];
}

/** Everybody with an account on this server. */
export function PeopleList() {
  const [query, setQuery] = useQuery();
  const { q = "" } = query;
  const closed = query.closed === "1";
  const sorting = sortingBy(query);
  const pages = usePeople(q, closed, sorting);
  const [doing, setDoing] = useState<Doing>(null);
  const [made, setMade] = useState<Made | null>(null);
  const stop = () => setDoing(null);
  const replace = (person: Person) => {
    stop();
    pages.change((all) =>
      all.map((one) => (one.id === person.id ? person : one)).filter((one) => one.active !== closed),
    );
    say(t("common.saved"));
  };
  const change = (person: Person, given: { is_administrator?: boolean; active?: boolean }) =>
    void changePerson(person.id, given).then(replace, complain);
  const tell = (person: Person, password: string) => {
    stop();
    setMade({ person, password });
  };
  return (
    <>
      <div class="row-between">
        <div class="filters">
          <TextField
            label={t("common.search")}
            type="search"
            value={q}
            onValue={(text) => setQuery({ q: text })}
          />
          <Check
            label={t("people.showClosed")}
            checked={closed}
            onValue={(on) => setQuery({ closed: on ? "1" : "" })}
          />
        </div>
        <Button kind="primary" icon={UserPlus} onClick={() => setDoing({ what: "new" })}>
          {t("people.new")}
        </Button>
      </div>
      {pages.items.length > 0 && (
        <Table
          label={t("people.title")}
          columns={columnsOf((person) => itemsFor(person, setDoing, change))}
          rows={pages.items}
          keyOf={(person) => person.id}
          nameOf={(person) => person.name}
          sorting={sorting}
          onSort={(chosen) => setQuery(sortingQuery(chosen))}
        />
      )}
      {pages.items.length === 0 && !pages.loading && pages.error === null && (
        <Empty title={closed && q === "" ? t("people.noneClosed") : t("common.nothingFits")} />
      )}
      <More pages={pages} />
      {doing?.what === "new" && (
        <NewPerson
          onClose={stop}
          onMade={(person, password) => {
            pages.reload();
            tell(person, password);
          }}
        />
      )}
      {doing?.what === "places" && <Places person={doing.person} onClose={stop} />}
      {doing?.what === "rename" && <Rename person={doing.person} onChanged={replace} onClose={stop} />}
      {doing?.what === "close" && <CloseAccount person={doing.person} onChanged={replace} onClose={stop} />}
      {doing?.what === "reset" && (
        <ResetPassword
          person={doing.person}
          onDone={(password) => tell(doing.person, password)}
          onClose={stop}
        />
      )}
      {made && (
        <Secret
          title={t("people.passwordOf", { name: made.person.name })}
          hint={t("people.passwordOnce", { login: made.person.login })}
          secret={made.password}
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}
