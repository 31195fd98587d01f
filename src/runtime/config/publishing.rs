//! Under which address and prefix open data is published.

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use std::path::Path;

/// What publishing asks of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publishing {
    /// Where people reach the server, without a trailing slash.
    pub public_url: Option<String>,
    /// The registered prefix of OCIDs.
    pub ocid_prefix: Option<String>,
}

impl Publishing {
    /// Only that, for commands that need no more.
    ///
    /// # Errors
    /// When the prefix cannot be one.
    pub fn for_commands(file: Option<&Path>) -> Result<Self, Vec<String>> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment = figment.merge(Env::prefixed("GUILDHALL_").only(&["PUBLIC_URL", "OCID_PREFIX"]));
        let public_url: Option<String> = figment.extract_inner("public_url").ok();
        let mut wrong = Vec::new();
        let ocid_prefix = check(figment.extract_inner("ocid_prefix").ok(), &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            ocid_prefix,
        })
    }
}

/// A prefix is `ocds-` and six letters or digits; one that is registered to nobody may have more.
pub(super) fn check(prefix: Option<String>, wrong: &mut Vec<String>) -> Option<String> {
    let ours = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_prefix = |text: &String| {
        text.strip_prefix("ocds-")
            .is_some_and(|rest| (6..=20).contains(&rest.len()) && rest.bytes().all(ours))
    };
    if let Some(text) = prefix.as_ref().filter(|text| !is_prefix(text)) {
        wrong.push(format!("ocid_prefix: {text:?} is not like ocds-h6vhtk"));
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_six_letters_or_digits_after_ocds() {
        for (prefix, sound) in [
            ("ocds-guildhall", true),
            ("ocds-h6vhtk", true),
            ("", false),
            ("ocds-h6vht", false),
            ("OCDS-h6vhtk", false),
            ("h6vhtk", false),
            ("ocds-h6 htk", false),
            ("ocds-h6vhtk/", false),
        ] {
            let mut wrong = Vec::new();
            check(Some(prefix.to_owned()), &mut wrong);
            assert_eq!(wrong.is_empty(), sound, "{prefix:?}");
        }
    }
}
