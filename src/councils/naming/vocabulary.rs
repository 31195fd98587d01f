//! Words beside a council's name: those of its departments, those that make it another body, and the lowest tier.
//! A list, not a rule: a word that is in none of them leaves a doubt.

/// Whether a word only says which part of a council.
pub(super) fn is_department(word: &str) -> bool {
    const DEPARTMENTS: &str = "the of and for procurement purchasing purchase tender tenders tendering etendering e eprocurement \
        sourcing buying supplies contract contracts commercial commissioning department departments dept \
        directorate directorates division service services team unit office section group corporate central \
        strategic shared finance financial exchequer accounts payable payments resources legal democratic adult \
        adults child children childrens social care education schools housing property estates assets building \
        buildings facilities ict it digital technology planning environment environmental transport passenger \
        highways highway roads fleet library libraries museums museum archives parks leisure culture cultural \
        sport public health communities community protection waste recycling street scene regeneration growth \
        economy place people customer main number head management";
    DEPARTMENTS.split(' ').any(|one| one == word) || word.chars().all(|c| c.is_ascii_digit())
}

/// Whether a word makes the whole another body than a council.
pub(super) fn is_other_body(word: &str) -> bool {
    const BODIES: &str = "limited ltd plc llp cic cio trust college university school academy academies nhs hospital hospitals \
        police policing fire rescue ambulance charity charitable charities pension pensions superannuation fund \
        homes federation association society voluntary volunteering cvs chamber church churches club union \
        consortium forum friends joint partnership chiefs tenants residents students youth foundation hospice \
        diocese parochial racecourse fc";
    BODIES.split(' ').any(|one| one == word)
}

/// Whether it is a council of the lowest tier: parish, town, community.
pub(super) fn is_parish(words: &[String]) -> bool {
    let lowest = |word: &str| {
        matches!(
            word,
            "parish" | "parishes" | "town" | "community" | "village" | "neighbourhood" | "hamlet"
        )
    };
    let council = |word: &str| matches!(word, "council" | "councils" | "meeting");
    let welsh = |word: &str| matches!(word, "tref" | "cymuned" | "tre");
    words
        .windows(2)
        .any(|two| lowest(&two[0]) && council(&two[1]) || two[0] == "cyngor" && welsh(&two[1]))
        || words.iter().any(|word| word == "parish")
        || words
            .windows(2)
            .any(|two| two[0] == "charter" && two[1] == "trustees")
}
