//! The market of a real register: Norfolk County Council, March 2015 (`../shared/data`, not in the repository). The numbers
//! were counted from the file by this Python, and only then asserted:
//!
//! ```text
//! import csv, re, datetime as D, collections as C
//! from decimal import Decimal
//! day, last, n, names = D.date(2015, 4, 1), D.date(2016, 4, 1), C.Counter(), C.Counter()
//! forms = [f.split() for f in ('PUBLIC LIMITED COMPANY', 'LIMITED', 'LTD', 'PLC', 'LLP', 'CIC', 'CIO', 'CO LTD')]
//! def d(s):
//!     for f in ('%d/%m/%Y', '%d-%b-%Y'):
//!         try: return D.datetime.strptime(s.strip(), f).date()
//!         except ValueError: pass
//! def odd(s, e):  # an end that nobody believes
//!     years, typed = (e.year - s.year if s and s.year > 1900 else None), e.year in (2049, 2050, 2099, 2100)
//!     return years > 50 or typed and years > 10 if years is not None else typed or e.year > 2100
//! def form(w): return next((len(f) for f in forms if len(w) > len(f) and w[-len(f):] == f), 0)
//! def key(n):     # a name without what its company trades as, its legal form, and "the"
//!     w = re.sub(r'[^A-Z0-9]+', ' ', n.upper().replace('&', ' AND ').replace("'", '')).split()
//!     at = next((i for i in range(len(w) - 1) if w[i:i+2] in (['T', 'A'], ['TRADING', 'AS'])), None)
//!     if at and form(w[:at]): w = w[:at]
//!     while form(w): w = w[:-form(w)]
//!     return ' '.join(w[1:] if w[0] == 'THE' and len(w) > 1 else w)
//! def number(t):  # of a company: two letters or digits, and six digits
//!     t = t.strip().upper().removeprefix('GB/')
//!     m = re.fullmatch(r'([A-Z]{2})?(\d{1,8})', t)
//!     return m and int(m[2]) and (m[1] + m[2].rjust(6, '0') if m[1] else t.rjust(8, '0')) or None
//! known, of_number, of_key = [], {}, C.defaultdict(list)
//! def supplier(name, c, h):  # by company number, by charity number, by name where no number speaks against it
//!     i = of_number.get(c) if c in of_number else of_number.get(h)
//!     if i is None:
//!         may = [i for i in of_key[key(name)] if all(not a or not b or a == b for a, b in zip(known[i], (c, h)))]
//!         bare = [i for i in may if not any(known[i])]
//!         if bare or len(may) == 1 or may and (c or h): i = (bare or may)[0]
//!         else: known.append([None, None]); i = len(known) - 1; of_key[key(name)].append(i)
//!     known[i] = [known[i][0] or c, known[i][1] or h]
//!     for x in known[i]: x and of_number.setdefault(x, i)
//!     return i
//! for r in csv.DictReader(open('norfolk-2015-03.csv', encoding='utf-8', newline='')):
//!     h = r['Supplier registered charity number'].strip()
//!     who = supplier(r['Supplier name'], number(r['Supplier registered company number']),
//!                    h if re.fullmatch(r'\d{5,7}(-\d+)?', h) else None)
//!     s, t = d(r['Contract start date']), r['Contract value'].strip()
//!     e = d(r['End date']) or d(r['Last extension date'])
//!     if e and odd(s, e): e = None
//!     if s and s > day or e and e < day: continue
//!     v = int(Decimal(t) * 100) if t and t[0] != '(' else 0
//!     why = 'value' if v <= 0 else 'term' if not s or not e else ''
//!     q = ((e - s).days + 1) * 4 if not why else 0
//!     n.update({'run': 1, 'end': e is None, why: 1, 'yearly': (v if q <= 1461 else v * 1461 // q) if q else 0})
//!     n['ends'] += bool(e and e <= last); names[who] += 1
//! print(n, len(known), len(names), names.most_common(2))
//! # run 4703, end 1367, value 1208, term 690, yearly 69000028792, ends 1658; 2353 suppliers, 2086 with 293, 119 ... contracts
//! print(sum((100 * c / n['run']) ** 2 for c in names.values()))  # 72.21244721939276
//! ```

use crate::world::World;
use serde_json::Value;
use std::path::Path;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/registers/norfolk-2015-03.csv"
);

#[tokio::test]
async fn norfolks_market_is_the_one_counted_from_its_file() {
    if !Path::new(FILE).exists() {
        assert!(
            std::env::var_os("CI").is_none(),
            "{FILE} is not here, and CI must have it"
        );
        println!("skipped: ../shared/data is not here");
        return;
    }
    let world = World::new().await;
    world
        .register(&std::fs::read_to_string(FILE).unwrap(), false)
        .await;
    let query = "{ market(asOf: \"2015-04-01\", filter: { regions: [EAST_OF_ENGLAND] }) { contracts contractsWithoutEnd
        contractsWithoutSupplier contractsWithoutValue contractsWithoutTerm yearlyValuePence concentrationByContracts
        sizeUnknown { contracts shareOfContracts } suppliers(first: 100) { totalCount edges { node { supplier { name }
        contracts } } } ending { totalCount } } }";
    let seen = world.data((), query, Value::Null).await["market"].clone();
    for (field, expected) in [
        ("contracts", 4_703_i64),
        ("contractsWithoutEnd", 1_367),
        ("contractsWithoutSupplier", 0),
        ("contractsWithoutValue", 1_208),
        ("contractsWithoutTerm", 690),
        ("yearlyValuePence", 69_000_028_792),
    ] {
        assert_eq!(seen[field], expected, "{field}");
    }
    assert_eq!(seen["ending"]["totalCount"], 1_658);
    assert_eq!(
        seen["sizeUnknown"]["contracts"], 4_703,
        "a register's suppliers have stated no size"
    );
    assert_eq!(seen["suppliers"]["totalCount"], 2_086);
    let index = seen["concentrationByContracts"].as_f64().unwrap();
    assert!((index - 72.212_447_219_392_76).abs() < 1e-6, "{index}");
    let edges = seen["suppliers"]["edges"].as_array().unwrap();
    let sanders = edges
        .iter()
        .find(|edge| edge["node"]["supplier"]["name"] == "SANDERS COACHES LIMITED");
    assert_eq!(sanders.unwrap()["node"]["contracts"], 119);
}
