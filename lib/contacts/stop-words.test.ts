import { describe, expect, test } from "vitest";
import { spokenWish } from "./stop-words";

describe("a whole message", () => {
  test.each([
    ...[
      "STOP",
      "stop",
      " Stop ",
      "stop!",
      "STOP.",
      "🛑 STOP 🛑",
      "\u200bstop\u200b",
      "ＳＴＯＰ",
      "stop\n",
      "Stop stop STOP",
      "(stop)",
      "“stop”",
    ],
    ...[
      "Dur",
      " Dur ",
      "DUR",
      "dur!",
      "dur…",
      "İPTAL",
      "IPTAL",
      "iptal",
      "ıptal",
      "İptal 😡",
      "RET",
      "ret",
      "Çıkış",
      "CIKIS",
      "çıkış",
    ],
    ...["unsubscribe", "Opt-out", "opt_out", "OPT OUT", "Abonelikten çık", "mesaj istemiyorum"],
    ...["baja", "Cancelar", "SAIR", "Stopp", "ABMELDEN", "arrêt", "Arret", "désabonner", "توقف", "إلغاء الاشتراك"],
  ])("%j withdraws", (text) => {
    expect(spokenWish(text)).toBe("stop");
  });

  test.each(["Stop promotions", "Promosyonları durdur", "KEINE WERBUNG"])("%j withdraws from offers", (text) => {
    expect(spokenWish(text)).toBe("stop_offers");
  });

  test.each(["START", "Başlat", "BAŞLAT", "baslat", "BASLAT!", "subscribe", "İNİCİAR"])("%j gives", (text) => {
    expect(spokenWish(text)).toBe("start");
  });

  test.each([
    ...[
      "please stop by at 5",
      "durum nedir",
      "Don't stop",
      "stop it now please",
      "duruyor",
      "iptal etmeyin",
      "ret mi onay mı?",
      "kredim ret mi oldu",
    ],
    ...[
      "",
      " ",
      "🛑",
      "...",
      "evet",
      "onay",
      "para",
      "red",
      "yes",
      "ok",
      "tamam",
      "hayır",
      "no",
      "s t o p",
      "stopwatch",
      "bus stop",
      "Hangi durakta?",
      `${"stop ".repeat(40)}`,
    ],
  ])("%j does neither", (text) => {
    expect(spokenWish(text)).toBeNull();
  });
});
