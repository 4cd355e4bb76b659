import { Dices } from "lucide";
import { t } from "../i18n";
import { Button, TextField } from "../ui";
import { makePassword } from "./passwords";

interface Props {
  value: string;
  onValue: (value: string) => void;
  error?: string | null;
}

/** A new password for somebody else: typed, or made up. It is in the clear because it has to be told. */
export function PasswordChoice({ value, onValue, error }: Props) {
  return (
    <div class="stack-tight">
      <TextField
        label={t("people.password")}
        hint={t("people.passwordHint")}
        error={error}
        value={value}
        onValue={onValue}
        autocomplete="off"
        autocapitalize="none"
        required
      />
      <div>
        <Button icon={Dices} onClick={() => onValue(makePassword())}>
          {t("people.makePassword")}
        </Button>
      </div>
    </div>
  );
}
