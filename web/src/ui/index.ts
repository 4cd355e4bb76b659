/** The controls that all pages share. */
export { Bar } from "./Bar";
export { Button, IconButton, LinkButton } from "./Button";
export { CopyButton } from "./CopyButton";
export { ConfirmDialog, Dialog } from "./Dialog";
export { Empty } from "./Empty";
export { ErrorNotice, mistakeAt, wordsOf } from "./errors";
export { type Fact, Facts } from "./Facts";
export { Check, type Choice, Field, Select, SelectField, TextArea, TextField } from "./Field";
export { Icon } from "./Icon";
export { Menu, type MenuItem } from "./Menu";
export { Name } from "./Name";
export { SidePanel } from "./SidePanel";
export { type Column, type Sorting, Table } from "./Table";
export { complain, say } from "./toasts";
export { type Loaded, useLoaded } from "./useLoaded";
export { type Pages, usePages } from "./usePages";
export { addressOf, useQuery } from "./useQuery";
export { useSelection } from "./useSelection";
