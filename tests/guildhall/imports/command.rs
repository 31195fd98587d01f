//! `guildhall import contracts`: what it tells.

use super::*;
use crate::binary::{PROGRAM, run};
use std::process::Command;

#[tokio::test]
async fn the_command_gives_one_account_of_all_rows_and_says_how_to_settle_what_is_held() {
    let world = World::new().await;
    let before = first(&world).await;
    let meals = uuid_of(&before["School meals"]["id"]);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let environment = [("DATABASE_URL", world.url())];
    let (register, mapping) = (path("r.csv"), path("m.json"));
    let moved = ROWS[1].replace("N2,", "M2,").replace("01/09", "15/09");
    let next = file(&[
        &ROWS[0].replace("1000", "1500"),
        &moved,
        ROWS[4],
        "N9,Bins,Tip Ltd,01/06/2026,31/05/2030,9,\n",
        ",,,,,7,\n",
        "Total,,,,,\"6,000\",\n",
    ]);
    std::fs::write(&register, &next).unwrap();
    std::fs::write(
        &mapping,
        r#"{"Suplier name": "SupplierName", "Extension options": null}"#,
    )
    .unwrap();
    let import = ["import", "contracts", "--council", "norfolk", "--dry-run"];
    let told = run(
        &[&import[..], &["--mapping", &mapping, &register]].concat(),
        &environment,
    );
    for said in [
        "        6 rows\n        2 accepted\n        1 accepted with doubts\n        3 held: 2 cannot be read as contracts, 1 may be known contracts\n",
        "3 rows taken: 1 added, 1 changed, 1 unchanged\n  row 2 \u{201c}Road salt\u{201d}: value \u{a3}1500.00 (was \u{a3}1000.00)\n",
        "1 ended, 1 vanished before their end, or with none known\n  vanished \u{201c}Payroll software\u{201d} (",
        "\n  ended \u{201c}Street lights\u{201d} (",
        &format!(
            "  row 3 \u{201c}School meals\u{201d}: --same 3={meals} (\u{201c}School meals\u{201d}) or --new 3\n"
        ),
        "The mapping speaks of \u{201c}Suplier name\u{201d}, which is no heading of the file\n",
    ] {
        assert!(told.contains(said), "{said}\n\n{told}");
    }
    let same = format!("3={meals}");
    let told = run(
        &[&import[..], &["--same", &same, &register]].concat(),
        &environment,
    );
    assert!(
        told.contains("4 rows taken: 1 added, 2 changed, 1 unchanged"),
        "{told}"
    );
    assert!(
        !told.contains("--same") && !told.contains("The mapping speaks of"),
        "{told}"
    );

    let complaint = |arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        let done = command
            .env_clear()
            .envs(environment)
            .args([&import[..], arguments].concat())
            .output()
            .unwrap();
        assert!(!done.status.success());
        String::from_utf8(done.stderr).unwrap() + &String::from_utf8_lossy(&done.stdout)
    };
    let told = complaint(&["--new", "99", &register]);
    assert!(
        told.contains("row 99 is no row to decide on: the file has no such row"),
        "{told}"
    );
    let told = complaint(&["--new", "3", "--same", &same, &register]);
    assert!(told.contains("row 3 is said to be two things"), "{told}");
    let report = std::fs::read_to_string(path("r.report.csv")).unwrap();
    assert!(
        report.lines().count() > 3,
        "one that is refused leaves the report: {report}"
    );
    let told = complaint(&["--report", &register, &register]);
    assert!(told.contains("this is the file that is to be read"), "{told}");
    assert_eq!(std::fs::read_to_string(&register).unwrap(), next);
    let told = complaint(&["--report", folder.path().to_str().unwrap(), &register]);
    assert!(told.contains("directory"), "{told}");
    let notices = path("n.json");
    std::fs::write(&notices, r#"{"releases": []}"#).unwrap();
    let told = complaint(&[&notices]);
    assert!(told.contains("come in by `guildhall import ocds`"), "{told}");
    assert!(folder.path().join("n.json.report.csv").exists());
    std::fs::write(&mapping, r#"{"a":1}"#).unwrap();
    let told = complaint(&["--mapping", &mapping, &register]);
    assert!(
        told.contains(r#""a" is said to be 1: say which column"#),
        "{told}"
    );
    std::fs::write(&mapping, r#"{"Nmae":"ContractTitle"}"#).unwrap();
    std::fs::write(&register, "Nume,Firm\nVans,X\n").unwrap();
    let told = complaint(&["--mapping", &mapping, &register]);
    assert!(
        told.contains("speaks of \u{201c}Nmae\u{201d}, which is no heading"),
        "{told}"
    );
}
