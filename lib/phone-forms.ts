/**
 * The writings of one number. Meta's `wa_id` keeps the form in which somebody registered, which may be older than the country's
 * present numbering; people write the present one, or an older habit. Every rule names the year of the reform.
 */
type Rule = { was: RegExp; is: (...groups: string[]) => string };

/** Vietnam 2018: eleven digits became ten, by operator. */
const VIETNAM: Record<string, string> = {
  "120": "70",
  "121": "79",
  "122": "77",
  "123": "83",
  "124": "84",
  "125": "85",
  "126": "76",
  "127": "81",
  "128": "78",
  "129": "82",
  "162": "32",
  "163": "33",
  "164": "34",
  "165": "35",
  "166": "36",
  "167": "37",
  "168": "38",
  "169": "39",
  "186": "56",
  "188": "58",
  "199": "59",
};
/** Gabon 2019: the first digit became two, by operator. */
const GABON: Record<string, string> = { "1": "11", "2": "62", "4": "74", "5": "65", "6": "66", "7": "77" };
/** Côte d'Ivoire 2021: two digits by operator, told by the second digit of the old number. */
const ivorian = (second: string) => (/[0-3]/.test(second) ? "01" : /[4-6]/.test(second) ? "05" : "07");

const REFORMS: readonly Rule[] = [
  // Mexico 2019: no 1 before mobile numbers any more.
  { was: /^\+521(\d{10})$/, is: (rest) => `+52${rest}` },
  // Brazil 2012 to 2016: a 9 before mobile numbers. Eight digits that begin with 2 to 5 are a landline's, and a different number.
  { was: /^\+55([1-9]\d)([016-9]\d{7})$/, is: (area, rest) => `+55${area}9${rest}` },
  { was: /^\+593([89]\d{7})$/, is: (rest) => `+5939${rest}` }, // Ecuador 2012
  { was: /^\+230([79]\d{6})$/, is: (rest) => `+2305${rest}` }, // Mauritius 2013
  { was: /^\+224([56]\d{7})$/, is: (rest) => `+2246${rest}` }, // Guinea 2014
  { was: /^\+237([5-9]\d{7})$/, is: (rest) => `+2376${rest}` }, // Cameroon 2014, mobile
  { was: /^\+237([23]\d{7})$/, is: (rest) => `+2372${rest}` }, // Cameroon 2014, landline
  { was: /^\+3774([45]\d{6})$/, is: (rest) => `+3834${rest}` }, // Kosovo 2016, from Monaco's code
  { was: /^\+3864([39]\d{6})$/, is: (rest) => `+3834${rest}` }, // Kosovo 2016, from Slovenia's code
  { was: /^\+84(1\d\d)(\d{7})$/, is: (old, rest) => `+84${VIETNAM[old] ?? old}${rest}` },
  { was: /^\+241([124567])(\d{6})$/, is: (old, rest) => `+241${GABON[old]}${rest}` },
  { was: /^\+225([014-9])(\d)(\d{6})$/, is: (first, second, rest) => `+225${ivorian(second)}${first}${second}${rest}` },
  { was: /^\+229(\d{8})$/, is: (rest) => `+22901${rest}` }, // Benin 2024
];

/** Writings between which a country does not decide: they reach the same telephone, and people and Meta use both. */
const TWINS: readonly Rule[] = [
  // Argentina: the 9 of mobile numbers is written from abroad only.
  { was: /^\+549(\d{10})$/, is: (rest) => `+54${rest}` },
  // Palestinian mobile numbers answer to Israel's code too.
  { was: /^\+972(5[69]\d{7})$/, is: (rest) => `+970${rest}` },
];

/** The number (`+` and digits) as its country writes it today. */
export function currentForm(number: string): string {
  return rewrite(REFORMS, number);
}

/** The one writing by which a number is recognized, whichever of its writings is given. For comparing, not for calling. */
export function identityForm(number: string): string {
  return rewrite(TWINS, currentForm(number));
}

function rewrite(rules: readonly Rule[], number: string): string {
  for (const { was, is } of rules) {
    const match = was.exec(number);
    if (match) return is(...match.slice(1));
  }
  return number;
}
