//! How far a reading is to be trusted.

/// How far to trust a reading. Every one is shown with its text; a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It was not understood.
    None,
    /// It says so, with words around it that were not understood, or something had to be assumed.
    Likely,
    /// Every word was understood, and what is said twice agrees.
    Sure,
}

impl Confidence {
    /// In a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "not understood",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}
