//! Where undeliverable mail goes back to: an address that says which mail, with a tag that only this server can make.
//! Nothing that comes back is believed without one. Pure.

use crate::runtime::secret::Secret;
use uuid::Uuid;

const PURPOSE: &str = "return path";
/// What every return path's local part begins with; mail systems deliver `bounces+anything` to `bounces`.
const BEFORE: &str = "bounces+";
/// 80 bits: nobody guesses one by mail.
const TAG: usize = 10;
/// A token's length. With [`BEFORE`] it is 60 octets; a local part may have 64.
const TOKEN: usize = (16 + TAG) * 2;
/// Tokens that are tried in one message.
const TRIED: usize = 20;

/// The token of a mail: its id and the tag, in hexadecimal, for some mail systems fold the case of local parts.
pub fn token(secret: &Secret, mail: Uuid) -> String {
    let tag = secret.tag(PURPOSE, mail.as_bytes());
    hex::encode([&mail.as_bytes()[..], &tag[..TAG]].concat())
}

/// The envelope sender of a mail.
pub(super) fn address(secret: &Secret, mail: Uuid, domain: &str) -> String {
    format!("{BEFORE}{}@{domain}", token(secret, mail))
}

/// Which mail a token is of; nothing when it is not ours.
pub fn mail_of(secret: &Secret, token: &str) -> Option<Uuid> {
    let bytes = (token.len() == TOKEN).then(|| hex::decode(token).ok())??;
    let (id, tag) = bytes.split_at_checked(16)?;
    let right = secret.tag(PURPOSE, id);
    let same = bool::from(subtle::ConstantTimeEq::ct_eq(tag, &right[..TAG]));
    same.then(|| Uuid::from_slice(id).ok()).flatten()
}

/// The first of our return paths that stands in a text: an address, or a whole message. Wherever it stands, only who
/// had the mail can have it.
pub fn found_in(secret: &Secret, text: &[u8]) -> Option<Uuid> {
    let before = BEFORE.as_bytes();
    let starts = text
        .windows(before.len())
        .enumerate()
        .filter(|(_, window)| window.eq_ignore_ascii_case(before));
    let tokens = starts.filter_map(|(at, _)| {
        let token = text.get(at + before.len()..at + before.len() + TOKEN)?;
        std::str::from_utf8(token).ok()
    });
    tokens.take(TRIED).find_map(|token| mail_of(secret, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_path_says_which_mail_and_cannot_be_made_up() {
        let (secret, mail) = (Secret::from_bytes([7; 32]), Uuid::from_u128(0x1234_5678));
        let address = address(&secret, mail, "guildhall.example");
        assert!(address.find('@').unwrap() <= 64, "{address}");
        assert_eq!(found_in(&secret, address.as_bytes()), Some(mail));
        assert_eq!(found_in(&secret, address.to_uppercase().as_bytes()), Some(mail));
        let quoted = format!("To: <bounces+nothing@x>, <{address}>\r\n");
        assert_eq!(found_in(&secret, quoted.as_bytes()), Some(mail));
        let token = token(&secret, mail);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(mail_of(&secret, std::str::from_utf8(&forged).unwrap()), None);
        }
        assert_eq!(mail_of(&secret, &token[..TOKEN - 2]), None);
        assert_eq!(mail_of(&Secret::from_bytes([8; 32]), &token), None);
        assert_eq!(found_in(&secret, b"bounces+"), None);
    }
}
