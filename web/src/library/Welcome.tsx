import type { IconNode } from "lucide";
import { ArrowRight, Bot, FolderPlus, GraduationCap, PencilLine, Upload } from "lucide";
import { t } from "../i18n";
import { Button, Icon } from "../ui";
import styles from "./projects.module.css";

function Step({ icon, word, hint, number }: { icon: IconNode; word: string; hint: string; number: number }) {
  return (
    <li class={styles.step}>
      <span class={styles.stepIcon}>
        <Icon of={icon} size={24} />
      </span>
      <strong>
        {number}. {word}
      </strong>
      <span class="soft small">{hint}</span>
    </li>
  );
}

/** What a new user sees first: the loop, and one button that begins it. */
export function Welcome({ onCreate, onImport }: { onCreate: () => void; onImport: () => void }) {
  return (
    <section class={styles.welcome}>
      <h2 class={styles.welcomeTitle}>{t("library.welcome")}</h2>
      <p class="soft">{t("library.welcomeHint")}</p>
      <ol class={styles.steps}>
        <Step number={1} icon={Upload} word={t("library.stepUpload")} hint={t("library.stepUploadHint")} />
        <Step number={2} icon={Bot} word={t("library.stepListen")} hint={t("library.stepListenHint")} />
        <Step
          number={3}
          icon={PencilLine}
          word={t("library.stepReview")}
          hint={t("library.stepReviewHint")}
        />
        <Step
          number={4}
          icon={GraduationCap}
          word={t("library.stepTrain")}
          hint={t("library.stepTrainHint")}
        />
      </ol>
      <Button kind="primary" class={styles.begin} icon={FolderPlus} onClick={onCreate}>
        {t("library.firstProject")}
        <Icon of={ArrowRight} />
      </Button>
      <Button kind="plain" onClick={onImport}>
        {t("library.importArchive")}
      </Button>
    </section>
  );
}
