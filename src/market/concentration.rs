//! How concentrated a market is.

/// The Herfindahl-Hirschman index of these shares, whatever they are shares of: the sum of the squares of the
/// percentages, from 0 (everybody has next to nothing) to 10,000 (one has it all). None, where there is nothing to share.
pub fn concentration(shares: impl IntoIterator<Item = f64> + Clone) -> Option<f64> {
    let total: f64 = shares.clone().into_iter().sum();
    if total <= 0.0 {
        return None;
    }
    let square = |share: f64| (share / total * 100.0).powi(2);
    Some(shares.into_iter().map(square).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_market_worked_out_by_hand() {
        // 50 %, 30 % and 20 %: 2,500 + 900 + 400.
        assert!((concentration([5.0, 3.0, 2.0]).unwrap() - 3_800.0).abs() < 1e-9);
        assert_eq!(concentration([]), None);
        assert_eq!(concentration([0.0, 0.0]), None);
    }

    proptest! {
        #[test]
        fn it_is_between_equal_shares_and_one_holder(shares in prop::collection::vec(1_u32..1_000_000, 1..200)) {
            let count = f64::from(u32::try_from(shares.len()).unwrap());
            let index = concentration(shares.into_iter().map(f64::from)).unwrap();
            prop_assert!(index <= 10_000.0 + 1e-6, "{index}");
            prop_assert!(index >= 10_000.0 / count - 1e-6, "{index}");
        }

        #[test]
        fn one_holder_is_ten_thousand_and_equal_ones_share_it(share in 1_u32..1_000_000, count in 1_u32..500) {
            let holders = vec![f64::from(share); usize::try_from(count).unwrap()];
            prop_assert!((concentration([f64::from(share)]).unwrap() - 10_000.0).abs() < 1e-6);
            prop_assert!((concentration(holders).unwrap() - 10_000.0 / f64::from(count)).abs() < 1e-6);
        }

        #[test]
        fn it_does_not_depend_on_the_unit(shares in prop::collection::vec(1_u32..1_000_000, 1..50), by in 1_u32..1_000) {
            let (one, other) = (
                concentration(shares.iter().map(|share| f64::from(*share))).unwrap(),
                concentration(shares.iter().map(|share| f64::from(*share) * f64::from(by))).unwrap(),
            );
            prop_assert!((one - other).abs() < 1e-6);
        }
    }
}
