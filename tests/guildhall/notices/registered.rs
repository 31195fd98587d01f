//! Notices of contracts that the council's own register has already, in rows that do not name the process.

use super::*;
use crate::imports::noticed::{award, package, salt};

/// One row of Norfolk's register.
async fn registered(world: &World, row: &str) {
    assert_eq!(world.register(&register(row), false).await.plan.added, 1);
}

fn told(doubts: &[Doubt]) -> Vec<String> {
    let perhaps = doubts.iter().filter(|doubt| doubt.why.code() == "perhaps_known");
    perhaps.map(Doubt::sentence).collect()
}

#[tokio::test]
async fn a_notice_with_title_supplier_and_start_of_a_row_is_held_until_the_row_names_its_process() {
    for reference in ["", "R2"] {
        let world = World::new().await;
        let row = format!("{reference},,Road salt,01/04/2025,31/03/2027,100000,SALT LIMITED\n");
        registered(&world, &row).await;
        let (done, doubts) = brought(&world, &package(&[salt()])).await;
        assert_eq!(counts(&done), [0, 0, 0, 0, 1], "{reference}");
        let told = told(&doubts);
        assert!(
            told.len() == 1 && told[0].contains("Held: title, supplier and start are those of \"Road salt\""),
            "{told:?}"
        );
        assert_eq!(registers(&world).await.as_array().unwrap().len(), 1);
        // It is not forgotten: once the register names the process, it is certain.
        let named = row.replacen(",,", ",ocds-salt-1,", 1);
        world.register(&register(&named), false).await;
        let (done, _) = brought(&world, &package(&[salt()])).await;
        assert_eq!(counts(&done), [0, 0, 0, 1, 0], "{reference}");
        assert_eq!(registers(&world).await.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_notice_that_nearly_agrees_with_a_row_comes_in_and_is_told() {
    for (row, why) in [
        ("R2,,Road salt,15/04/2025,,5,Salt Ltd\n", "its start is near"),
        ("R2,,Road salt,,,5,Salt Ltd\n", "its start is near"),
        ("R2,,Road salts,01/04/2025,,5,Salt Ltd\n", "its title is near"),
    ] {
        let world = World::new().await;
        registered(&world, row).await;
        let (done, doubts) = brought(&world, &package(&[salt()])).await;
        assert_eq!(counts(&done), [1, 0, 0, 0, 0], "{row}");
        let told = told(&doubts);
        assert!(told.len() == 1 && told[0].contains(why), "{told:?}");
        let (done, doubts) = brought(&world, &package(&[salt()])).await;
        assert_eq!(counts(&done), [0, 0, 1, 0, 0]);
        assert_eq!(doubts, [], "once is enough");
    }
}

#[tokio::test]
async fn a_notice_that_agrees_with_no_row_comes_in_without_a_word() {
    let world = World::new().await;
    for row in [
        "R1,,Road salt,01/04/2025,,5,Grit Ltd\n",
        "R1,,Road salt,01/04/2025,,5,Grit Ltd\nR2,,Bins,01/04/2025,,5,Salt Ltd\n",
        "R1,,Road salt,01/04/2025,,5,Grit Ltd\nR2,,Bins,01/04/2025,,5,Salt Ltd\nR3,,Road salt,01/04/2021,,5,Salt Ltd\n",
        "R1,,Road salt,01/04/2025,,5,Grit Ltd\nR2,,Bins,01/04/2025,,5,Salt Ltd\nR3,,Road salt,01/04/2021,,5,Salt Ltd\n\
         R4,ocds-other-1,Road salt,01/04/2025,,5,Salt Ltd\n",
    ] {
        registered(&world, row).await;
    }
    let again = award(2, "Bins and carts", "Salt Ltd", "2026-04-01", "active");
    let (done, doubts) = brought(&world, &package(&[salt(), again])).await;
    assert_eq!(counts(&done), [2, 0, 0, 0, 0], "{doubts:?}");
    assert_eq!(told(&doubts), [""; 0]);
}
