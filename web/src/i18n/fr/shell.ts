import type { shell as english } from "../en/shell";
import type { Translated } from "../translated";

export const shell: Translated<typeof english> = {
  account: "Compte",
  collapse: "Replier le menu",
  dark: "Sombre",
  language: "Langue",
  light: "Clair",
  login: "Identifiant",
  menu: "Menu",
  notFound: "Cette page n’existe pas",
  notFoundHint: "L’adresse est peut-être erronée, ou ce qu’elle montrait a été supprimé.",
  openAccess: "Accès libre",
  password: "Mot de passe",
  projects: "Projets",
  signIn: "Se connecter",
  signInHint:
    "Le premier démarrage du serveur affiche le mot de passe de l’administrateur. Un nouveau : earmark users password IDENTIFIANT",
  signOut: "Se déconnecter",
  skip: "Aller au contenu",
  systemTheme: "Comme le système",
  theme: "Thème",
};
