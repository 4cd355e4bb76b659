import type { project as english } from "../en/project";
import type { Translated } from "../translated";

export const project: Translated<typeof english> = {
  admin: "Administrateur",
  adminHint: "Tout, et choisit les membres, supprime le projet.",
  annotator: "Annotateur",
  annotatorHint: "Voit et écoute, annote, écrit étiquettes et notes.",
  manager: "Gestionnaire",
  managerHint:
    "Ajoute et supprime des enregistrements, lance les moteurs, règle labels, chaîne de traitement, tâches planifiées et webhooks, relit le travail des autres.",
  title: "Réglages du projet",
  viewer: "Lecteur",
  viewerHint: "Voit, écoute et exporte.",
};
