//! The words that the reader knows, by what they do. Nothing here reads a text.

/// Whether a word is one of a list's.
pub(super) fn is(word: &str, list: &[&str]) -> bool {
    list.contains(&word)
}

/// Say that what is counted is an option.
pub(super) const OPTION: &[&str] = &[
    "option",
    "options",
    "optional",
    "optionally",
    "extension",
    "extensions",
    "extend",
    "extended",
    "extending",
    "extendable",
    "extendible",
    "extends",
    "ext",
    "exts",
    "extn",
    "renewable",
    "renewal",
    "renewals",
    "prolong",
    "prolonged",
    "prolongation",
];

/// Those that stand behind a length and call it so.
pub(super) const NOUNS_OF_OPTION: &[&str] = &[
    "extension",
    "extensions",
    "ext",
    "exts",
    "extn",
    "option",
    "options",
    "optional",
];

/// Behind a plus they say so of what follows, where "further" does not.
pub(super) const POSSIBLE: &[&str] = &["possible", "potential", "possibility"];

/// Behind a length: it is what is extended.
pub(super) const CAN_BE_EXTENDED: &[&str] = &["extendable", "extendible", "renewable"];

/// Say so only beside a length.
pub(super) const MORE: &[&str] = &[
    "further",
    "additional",
    "additionally",
    "extra",
    "more",
    "another",
    "added",
    "possible",
    "potential",
    "possibility",
    "subsequent",
];

/// Stand between a number of options and the length of each.
pub(super) const BETWEEN_COUNT_AND_LENGTH: &[&str] = &[
    "further",
    "additional",
    "extra",
    "more",
    "optional",
    "separate",
    "possible",
    "potential",
    "individual",
    "successive",
    "consecutive",
    "subsequent",
    "period",
    "periods",
    "extension",
    "extensions",
    "option",
    "options",
    "renewal",
    "renewals",
    "discrete",
    "distinct",
];

/// So do these, behind one of those.
pub(super) const THEN_LENGTH: &[&str] = &["of", "for", "by", "upto", "each", "a"];

/// What "annual" makes options of one year.
pub(super) const ANNUALS: &[&str] = &[
    "extension",
    "extensions",
    "option",
    "options",
    "renewal",
    "renewals",
    "period",
    "periods",
    "increments",
    "basis",
];

/// Nouns that may stand behind a length and leave it what it is.
pub(super) const TERM: &[&str] = &[
    "period",
    "periods",
    "contract",
    "contracts",
    "framework",
    "agreement",
    "term",
    "terms",
    "basis",
    "call",
    "off",
    "duration",
    "possible",
    "potential",
    "optional",
    "length",
    "further",
    "additional",
];

/// Say that what is counted is the term before any option.
pub(super) const INITIAL: &[&str] = &[
    "initial",
    "initially",
    "minimum",
    "min",
    "fixed",
    "firm",
    "original",
    "core",
    "base",
];

/// Say that what is counted is everything together.
pub(super) const WHOLE: &[&str] = &["maximum", "max", "total", "overall", "altogether", "totalling"];

/// Behind a length: it is the whole, with what follows in it.
pub(super) const INCLUDING: &[&str] = &["including", "inclusive", "includes", "incl", "inc"];

/// Cut the whole into steps.
pub(super) const STEPS: &[&str] = &[
    "increments",
    "increment",
    "intervals",
    "blocks",
    "steps",
    "tranches",
    "instalments",
    "stages",
    "basis",
];

/// What else is measured in months: a length of these is no option's.
pub(super) const OTHER_THINGS: &[&str] = &[
    "warranty",
    "maintenance",
    "support",
    "licence",
    "licences",
    "license",
    "licenses",
    "training",
    "hosting",
    "defects",
    "liability",
    "guarantee",
    "mobilisation",
    "transition",
    "handover",
    "payment",
    "retention",
    "trial",
    "pilot",
    "probation",
    "subscription",
    "price",
    "prices",
    "budget",
    "funding",
    "review",
    "reviews",
];

/// A length right behind these is a time at which, not a time for which.
pub(super) const TIME_AT: &[&str] = &[
    "after",
    "within",
    "before",
    "first",
    "last",
    "previous",
    "prior",
    "least",
    "every",
    "each",
    "per",
    "following",
    "during",
    "second",
    "third",
    "final",
];

/// Begin a condition, which lasts to the next comma.
pub(super) const CONDITION: &[&str] = &[
    "subject",
    "provided",
    "providing",
    "based",
    "unless",
    "depending",
    "dependent",
    "conditional",
];

/// Say that nothing is, or may be.
pub(super) const NOT: &[&str] = &[
    "no", "not", "none", "nil", "without", "cannot", "nor", "neither", "never", "non", "na",
];

/// Say that an extension was decided, unless it only may be.
pub(super) const DECIDED: &[&str] = &[
    "granted",
    "exercised",
    "invoked",
    "activated",
    "taken",
    "used",
    "agreed",
    "approved",
    "expired",
    "lapsed",
    "declined",
    "enacted",
    "signed",
    "refused",
    "extended",
    "utilised",
    "issued",
];

/// Soften a word of the past: "may be extended", "if agreed".
pub(super) const MAY_BE: &[&str] = &[
    "be", "may", "can", "could", "if", "or", "mutually", "when", "where", "as", "unless", "being", "shall",
    "up",
];

/// Say that options were there and some are gone.
pub(super) const GONE: &[&str] = &[
    "already",
    "remaining",
    "remain",
    "remains",
    "left",
    "currently",
    "previously",
    "now",
];

/// Say that it goes on by itself.
pub(super) const ROLLING: &[&str] = &[
    "rolling",
    "rolls",
    "roll",
    "automatic",
    "automatically",
    "auto",
    "evergreen",
    "indefinite",
    "indefinitely",
    "perpetual",
    "perpetually",
];

/// Say that something is let anew.
pub(super) const ANEW: &[&str] = &[
    "retender",
    "retendered",
    "retendering",
    "retenders",
    "reprocure",
    "reprocured",
    "reprocurement",
    "relet",
    "readvertised",
    "recommissioned",
    "recompeted",
    "reprocuring",
];

/// Who may decide: what follows, to the comma, names them.
pub(super) const DISCRETION: &[&str] = &["discretion", "behest"];

/// Words that change nothing about a length beside them.
pub(super) const FILLER: &[&str] = &[
    "the",
    "this",
    "that",
    "of",
    "for",
    "to",
    "by",
    "upto",
    "up",
    "a",
    "an",
    "and",
    "any",
    "such",
    "it",
    "is",
    "are",
    "at",
    "in",
    "on",
    "with",
    "there",
    "will",
    "shall",
    "may",
    "can",
    "could",
    "be",
    "been",
    "has",
    "have",
    "which",
    "contract",
    "contracts",
    "agreement",
    "agreements",
    "framework",
    "lot",
    "dps",
    "term",
    "terms",
    "duration",
    "length",
    "period",
    "periods",
    "council",
    "councils",
    "authority",
    "authoritys",
    "client",
    "clients",
    "buyer",
    "buyers",
    "employer",
    "employers",
    "college",
    "colleges",
    "university",
    "trust",
    "board",
    "customer",
    "purchaser",
    "supplier",
    "suppliers",
    "contractor",
    "parties",
    "sole",
    "absolute",
    "discretion",
    "service",
    "services",
    "existing",
    "include",
    "included",
    "includes",
    "including",
    "inclusive",
    "inc",
    "incl",
    "part",
    "as",
    "available",
    "opportunity",
    "right",
    "reserves",
    "reserve",
    "ability",
    "scope",
    "thereafter",
    "then",
    "followed",
    "also",
    "each",
    "separate",
    "from",
    "until",
    "till",
    "end",
    "ends",
    "ending",
    "date",
    "if",
    "required",
    "necessary",
    "needed",
    "agreed",
    "mutually",
    "mutual",
    "consent",
    "both",
    "or",
    "our",
    "its",
    "their",
    "per",
    "annum",
    "awarded",
    "run",
    "runs",
    "operate",
    "consisting",
    "comprising",
    "years",
    "values",
    "taken",
    "increments",
    "increment",
    "intervals",
    "steps",
    "basis",
    "annual",
    "annually",
    "one",
    "time",
    "notice",
    "written",
    "giving",
    "prior",
    "months",
    "exercised",
    "exercise",
    "maximum",
    "max",
    "total",
    "overall",
    "initial",
    "initially",
    "award",
    "yes",
    "commencing",
    "start",
    "starting",
];

/// A length behind these is not quite that length.
pub(super) const VAGUE: &[&str] = &[
    "than",
    "approximately",
    "approx",
    "about",
    "around",
    "circa",
    "over",
    "nearly",
    "almost",
];

/// "up to 5 years" right behind these may be all of it.
pub(super) const EXTENDED: &[&str] = &[
    "extend",
    "extended",
    "extending",
    "contract",
    "agreement",
    "framework",
    "term",
];
