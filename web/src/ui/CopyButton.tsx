import { Check, Copy } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./Button";
import { complain } from "./toasts";

/** Browsers lend the clipboard to pages on HTTPS and on this machine only; elsewhere the old way works. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

interface Props {
  /** What is copied, or what makes it. */
  text: string | (() => Promise<string>);
  label?: string;
}

export function CopyButton({ text, label = t("common.copy") }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const onClick = async () => {
    try {
      await copy(typeof text === "string" ? text : await text());
      setCopied(true);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <Button icon={copied ? Check : Copy} onClick={() => void onClick()}>
      {copied ? t("common.copied") : label}
    </Button>
  );
}
