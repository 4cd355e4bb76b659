import type { timeline as english } from "../en/timeline";
import type { Translated } from "../translated";

export const timeline: Translated<typeof english> = {
  role: "frise chronologique",
  name: "Son et annotations de cet enregistrement",
  help: "La molette agrandit ou réduit autour du pointeur ; avec Maj, elle avance ou recule dans le temps, avec Alt, elle fait défiler les canaux. Avec deux doigts, on pince et on déplace. Tout se fait aussi au clavier : appuyez sur le point d’interrogation pour voir les touches.",
  loading: "Tracé du spectrogramme…",
  channel: "Can. {number}",
  mix: "Mixage",
  kilohertz: "{value} k",
  picture: "Vidéo de cet enregistrement",
  noPicture:
    "La vidéo ne peut pas être affichée : ce navigateur ne lit pas son format. Le son reste disponible.",
  blocked: "Le navigateur n’autorise le son qu’après une touche ou un clic. Relancez la lecture.",
  undecodable: "Ce navigateur ne peut pas lire le son de cet enregistrement.",
  owner_model: "Modèle",
  owner_file: "Fichier",
};
