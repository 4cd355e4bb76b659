/** The controls that all pages share. */
export { Bar } from "./Bar";
export { Button, IconButton, LinkButton } from "./Button";
export { ConfirmDialog, Dialog } from "./Dialog";
export { Empty } from "./Empty";
export { ErrorNotice, mistakeAt, wordsOf } from "./errors";
export { Check, type Choice, Field, Select, SelectField, TextArea, TextField } from "./Field";
export { Icon } from "./Icon";
export { Menu, type MenuItem } from "./Menu";
export { type Column, type Sorting, Table } from "./Table";
export { complain, say } from "./toasts";
export { type Loaded, useLoaded } from "./useLoaded";
export { useSelection } from "./useSelection";
