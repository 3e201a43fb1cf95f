import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/controls.css";
import "./styles/content.css";
import "./styles/experiment.css";
import { Api } from "./api.ts";
import { systemClock } from "./clock.ts";
import { Navigator } from "./navigation.ts";
import { WeirApp } from "./pages/app.ts";
import { openLive } from "./rpc.ts";
import { installTrustedTypes } from "./trusted-types.ts";
import { ConfirmDialog } from "./ui/confirm.ts";
import { applyTheme } from "./ui/theme.ts";

// The life of one tab.
applyTheme();
installTrustedTypes();
const app = document.querySelector("weir-app");
const dialog = document.querySelector("weir-confirm");
const announcer = document.querySelector("#announcer");
if (app instanceof WeirApp && dialog instanceof ConfirmDialog && announcer !== null) {
  const navigator = new Navigator(() => app.readAddress());
  app.services = {
    api: new Api(fetch.bind(globalThis), () => app.signedOut()),
    live: openLive(),
    clock: systemClock,
    navigator,
    confirm: (question) => dialog.ask(question),
    announce: (text) => {
      announcer.textContent = text;
    },
  };
  navigator.start();
  void app.start();
}
