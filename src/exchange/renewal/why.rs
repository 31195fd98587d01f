//! What a text was taken for, or what stopped the reader. Wording only.

/// What a text was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It offers the options read from it.
    Options,
    /// It says that there is no option.
    NoOption,
    /// It says that a new contract will be let: no option of this one.
    NewContract,
    /// It was not understood.
    NotUnderstood(Stopped),
}

/// What stopped the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Nothing is said.
    NothingSaid,
    /// It is longer than what is read.
    TooLong,
    /// It speaks of extending and gives no length.
    NoLength,
    /// It gives a length and does not say that it is an option's.
    NotOfAnOption,
    /// A number belongs to nothing.
    LooseNumber,
    /// A range, a fraction or an amount where a number of months or years should be.
    OddNumber,
    /// It leaves several lengths to choose from.
    Alternatives,
    /// A length is said twice and differs.
    Contradiction,
    /// The parts, the whole and the longest term do not fit each other.
    DoesNotFit,
    /// Whether the first part of a sum is the initial term cannot be told.
    WhichIsInitial,
    /// The row's end may count the options in already.
    CountedIn,
    /// A number without months or years.
    NoUnit,
    /// Days and weeks on an end that is not known.
    DaysWithoutEnd,
    /// It says "not" of something.
    Negation,
    /// It speaks of extensions that were taken or decided already.
    AlreadyTaken,
    /// It goes on by itself, without an end.
    Rolling,
    /// It is about several lots.
    SeveralLots,
    /// More or longer options than any contract has.
    TooMuch,
}

impl Stopped {
    /// What stopped the reader, in plain English, without a full stop.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NothingSaid => "it says nothing",
            Self::TooLong => "it is too long",
            Self::NoLength => "it gives no length of an option",
            Self::NotOfAnOption => "a length in it may not be an option's",
            Self::LooseNumber => "a number in it belongs to nothing",
            Self::OddNumber => "it has a range, a fraction or an amount for a length",
            Self::Alternatives => "it leaves several lengths to choose from",
            Self::Contradiction => "it says a number twice, differently",
            Self::DoesNotFit => "the lengths in it do not fit each other",
            Self::WhichIsInitial => "the first part may be the initial term or an option",
            Self::CountedIn => "the term may count its extensions in already",
            Self::NoUnit => "a number in it may be months or years",
            Self::DaysWithoutEnd => "it counts days or weeks from an end that is not known",
            Self::Negation => "it says 'not' of something",
            Self::AlreadyTaken => "it speaks of extensions taken or decided already",
            Self::Rolling => "it renews itself without an end",
            Self::SeveralLots => "it is about several lots",
            Self::TooMuch => "it comes to more than any contract has",
        }
    }
}
