//! Seeded chance: the same seed gives the same organisation and the same day on every machine.
//!
//! Everything here is a pure function of its arguments, so the state of one person at one moment is found
//! without replaying what came before.

use uuid::{Builder, Uuid};

/// What a number is drawn for. Each purpose has its own stream, so that adding a draw for one purpose does
/// not change the results of another.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    AccountId,
    Name,
    Mail,
    Work,
    Rhythm,
    Split,
    Segment,
    DayCharacter,
    Lunch,
    Cast,
    Staff,
    Contact,
    Tenant,
    TokenLife,
    Page,
    Distortion,
    Register,
    Keys,
    Call,
    Agent,
    Group,
    Operation,
}

/// One well-spread number for `(seed, purpose, first, second)`.
pub(crate) fn draw(seed: u64, purpose: Purpose, first: u64, second: u64) -> u64 {
    let mut state = spread(seed ^ spread(purpose as u64 + 1));
    state = spread(state ^ first);
    spread(state ^ second.wrapping_mul(0xA24B_AED4_963E_E407))
}

/// A number below `limit` (0 when `limit` is 0).
pub(crate) fn below(number: u64, limit: u64) -> u64 {
    if limit == 0 { 0 } else { ((u128::from(number) * u128::from(limit)) >> 64) as u64 }
}

/// True for about `per_mille` of 1,000 numbers.
pub(crate) fn per_mille(number: u64, per_mille: u64) -> bool {
    below(number, 1000) < per_mille
}

/// True for about the given share (0 to 1) of all numbers.
pub(crate) fn share(number: u64, share: f64) -> bool {
    (number >> 11) as f64 / (1_u64 << 53) as f64 <= share && share > 0.0
}

/// A GUID of version 4 form.
pub(crate) fn guid(seed: u64, purpose: Purpose, index: u64) -> Uuid {
    let high = draw(seed, purpose, index, 1);
    let low = draw(seed, purpose, index, 2);
    Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes()).into_uuid()
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood: "Fast splittable pseudorandom number generators").
fn spread(mut state: u64) -> u64 {
    state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_do_not_share_a_stream() {
        assert_ne!(draw(7, Purpose::Name, 1, 2), draw(7, Purpose::Mail, 1, 2));
        assert_eq!(draw(7, Purpose::Name, 1, 2), draw(7, Purpose::Name, 1, 2));
    }

    #[test]
    fn below_covers_its_range_and_survives_zero() {
        assert_eq!(below(u64::MAX, 0), 0);
        assert_eq!(below(u64::MAX, 14), 13);
        assert_eq!(below(0, 14), 0);
    }

    #[test]
    fn a_share_of_nothing_is_nothing_and_of_all_is_all() {
        assert!(!share(0, 0.0));
        assert!(share(u64::MAX, 1.0));
    }
}
