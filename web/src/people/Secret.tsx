import { TriangleAlert } from "lucide";
import { t } from "../i18n";
import { Button, CopyButton, Dialog, Icon } from "../ui";
import styles from "./people.module.css";

interface Props {
  title: string;
  hint: string;
  secret: string;
  onClose: () => void;
}

/** A secret that is shown this once. */
export function Secret({ title, hint, secret, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="notice notice-warn">
        <Icon of={TriangleAlert} />
        <p>{hint}</p>
      </div>
      <div class="row">
        <code class={styles.secret}>{secret}</code>
        <CopyButton text={secret} />
      </div>
      <div class="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          {t("common.close")}
        </Button>
      </div>
    </Dialog>
  );
}
