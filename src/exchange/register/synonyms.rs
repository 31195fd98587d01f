//! What councils call the columns, beyond the names of schema and template: a table of names as published registers and
//! contract management systems have them. Answers for names alone; what cells say of them is `recognise.rs`'s.
//! To add a name: put it in the column's row, the better names first. A name may stand in several rows; then the cells
//! decide.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::columns::Column;

/// Names of one column, the better first: where two headings could be it, the one whose name comes first is.
struct Known {
    column: Column,
    /// They mean this column and, with cells that fit, no other.
    sure: &'static str,
    /// They may mean it.
    likely: &'static str,
}

const fn known(column: Column, sure: &'static str, likely: &'static str) -> Known {
    Known { column, sure, likely }
}

/// Names are told apart by `|`. Where a name stands in several rows, the first is the likeliest.
#[rustfmt::skip]
const KNOWN: [Known; 37] = [
    known(Column::OrganisationName, "Council|Council name|Local authority|Local authority name|Contracting authority|Contracting authority name|Buyer|Buyer name|Name of council|Name of organisation|Contracting body|Public body", "Organisation|Authority|Authority name|Publisher|Body"),
    known(Column::OrganisationCode, "Organisation URI|Council code|Authority code|GSS code|ONS code|Local authority code|Buyer code|Organisation ID", ""),
    known(Column::EffectiveOn, "As at|Data as at|Date of extract|Extract date|Report date|Register date|Position as at", "Last updated|Date updated|Date published|Published date|Publication date"),
    known(Column::Title, "Contract title|Contract name|Title|Title of contract|Title of agreement|Name of contract|Name of agreement|Agreement title|Agreement name|Contract title description|Contract agreement title|Contract name title|Contract subject|Subject of contract", "Project title|Project name|Tender title|Procurement title|Tender name|Contract description title|Subject|Contract|Contracts|Agreement|Contract for|Name|Activity"),
    known(Column::Reference, "Contract reference|Contract ref|Contract reference number|Contract ref no|Reference|Reference number|Ref|Ref no|Contract ID|Contract number|Contract no|Contract code|Agreement number|Agreement reference|Unique reference|Unique reference number|URN|Unique ID|Unique identifier|Contract identifier|Contract register number|Register reference|Council reference", "ID|Tender reference|Procurement reference|Project reference|Project number|Project ID|Notice reference|File reference|Record number|Record ID|Code|Number|PO number|Contract"),
    known(Column::OpenContractingId, "OCID|Open contracting ID|Open contracting identifier", ""),
    known(Column::ContractType, "Type of contract|Agreement type|Type of agreement|Contract form", "Type|Framework or contract|Contract category type"),
    known(Column::Department, "Department|Directorate|Directorate service|Department name|Directorate department|Service area|Department responsible|Responsible department|Responsible directorate|Responsible service|Service responsible|Business unit|Lead department|Lead directorate|Owning department|Contracting department|Organisational unit|Council department|Department service|Directorate and service|Service department", "Service|Division|Team|Section|Portfolio|Business area|Group|Unit|Function"),
    known(Column::ServiceCategoryLabel, "Service category|Service category name|Service category label", "Service type|Type of service"),
    known(Column::ServiceCategoryUri, "Service category code|Service category ID", ""),
    known(Column::Description, "Description|Contract description|Description of contract|Brief description|Short description|Description of goods and or services|Description of goods services|Description of goods and services being provided|Goods and services|Goods or services|Description of services|Description of service|Description of requirement|Service description|Contract scope|Scope of contract|Full description|Long description", "Details|Contract details|Scope|Purpose|Purpose of contract|Summary|Contract summary|Nature of contract|Services provided|What is it for"),
    known(Column::ProcurementCategory, "Procurement category|Category|Category name|Spend category|Category of spend|Procurement classification|Contract category|Commodity|Council procurement category|Commodity category", "Classification|Category level 1|Sub category|Categorisation|Sector|Goods services or works"),
    known(Column::CpvLabel, "CPV description|CPV label|CPV name|CPV category", "CPV|Common procurement vocabulary"),
    known(Column::CpvCode, "CPV code|CPV codes|CPV|CPV number|Common procurement vocabulary|Common procurement vocabulary code|Main CPV code|CPV code s", ""),
    known(Column::ProclassLabel, "Proclass description|Proclass label|Proclass category|Proclass name|Proclass classification", "Proclass"),
    known(Column::ProclassCode, "Proclass code|Proclass|Proclass number", ""),
    known(Column::StartDate, "Start date|Contract start|Start|Date of start|Commencement date|Date of commencement|Commencement|Contract commencement|Date commenced|Agreement start date|Date started|Begin date|Beginning date|Term start|Effective from|Contract start date dd mm yyyy|Valid from", "From|Date from|Live date|Go live date|Contract date|Date of contract|Award date|Date awarded|Date of award"),
    known(Column::EndDate, "End date|Contract end|Contract end date|Initial end date|Initial term end date|Initial contract end date|End date of initial term|Original end date|Expiry date|Contract expiry|Expiry|Expiration date|Date of expiry|Contract expiration|Expires|Expires on|Date of expiration|End|Finish date|Contract finish|Date of end|Agreement end date|Agreement expiry date|Term end|Valid until", "Current end date|Completion date|Contract completion date|Termination date|Finish|Completion|Date ended|To|Date to|Until|Valid to"),
    known(Column::ReviewDate, "Review date|Contract review date|Next review date|Date of review|Date of next review|Contract review|Review", "Renewal date|Contract renewal date|Re tender date|Retender date"),
    known(Column::LastExtension, "Last extension date|Extension end date|Maximum end date|Max end date|Final end date|Latest end date|End date including extensions|End date including extension|End date inc extensions|End date incl extensions|End date with extensions|End date including all extensions|Contract end date including extensions|Expiry date including extensions|Maximum extension date|Maximum expiry date|Final expiry date|Extension expiry date|Latest possible end date|End date if extended|Final extension date|Maximum contract end date|Extended end date|Extended to|Extension to|Extended until|Maximum possible end date|Possible extension end date|Extension end|Last possible end date", "Extension date|Potential end date|Extended date|Contract extension date|Extension"),
    known(Column::ExtensionOptions, "Extension option|Option to extend|Options to extend|Extension options available|Extension available|Extensions available|Available extensions|Extension details|Extension terms|Extension clause|Extension provision|Extension provisions|Renewal options|Renewal option|Renewal description|Renewal terms|Contract extension options|Contract extension option|Option to extend contract|Extension option details|Possible extension|Possible extensions|Optional extension|Optional extensions|Extension arrangements|Option years|Extension length", "Extension|Extensions|Renewal|Renewals|Contract extension|Contract extensions|Potential extension|Potential extensions|Extension notes|Option to renew|Extension y n|Extendable"),
    known(Column::Value, "Contract value|Total contract value|Total value|Value of contract|Total value of contract|Lifetime value|Lifetime contract value|Whole life value|Whole life contract value|Contract value total|Overall contract value|Maximum contract value|Full contract value|Contract amount|Contract sum|Award value|Awarded value|Awarded amount|Estimated contract value|Estimated total value|Estimated total contract value|Total estimated value|Estimated value of contract|Approximate contract value|Total contract value over term|Agreement value|Contract price|Value GBP|Value|Value including VAT|Contract value including VAT", "Estimated value|Approximate value|Approx value|Total cost|Contract cost|Amount|Price|Cost|Spend|Total spend|Estimated cost|Worth|Budget|Annual value|Annual contract value|Contract annual value|Value per annum|Value pa|Contract value per annum|Contract value pa|Estimated annual value|Estimated annual contract value|Average annual value|Approximate annual value|Approx annual value|Yearly value|Annual cost|Annual spend|Estimated annual spend|Cost per annum|Spend per annum|Annual amount"),
    known(Column::CostBasis, "Fixed or estimated|Fixed estimated|Fixed or estimated cost|Cost basis|Value basis|Fixed or estimated value", "Cost type|Value type|Pricing"),
    known(Column::IrrecoverableVat, "Irrecoverable VAT|VAT irrecoverable|Non recoverable VAT|Unrecoverable VAT|VAT that cannot be recovered|VAT not recoverable|Amount of irrecoverable VAT|VAT which cannot be recovered", "VAT"),
    known(Column::SupplierName, "Supplier|Suppliers|Supplier name|Supplier s|Supplier s name|Name of supplier|Vendor|Vendor name|Contractor|Contractors|Contractor name|Name of contractor|Provider|Providers|Provider name|Name of provider|Awarded supplier|Awarded to|Contract awarded to|Successful supplier|Successful bidder|Successful tenderer|Supplier contractor|Contractor supplier|Supplier provider|Service provider|Current supplier|Contracted supplier|Main supplier|Main contractor|Supplier legal name|Awarded contractor|Awarded provider|Supplier organisation", "Company|Company name|Firm|Supplier trading name|Trading name|Supplier company|Merchant|Payee|Beneficiary"),
    known(Column::CompaniesHouse, "Company number|Company no|Company reg|Company reg no|Company reg number|Company registration|Company registration number|Company registration no|Registered company number|Registered company no|Companies House number|Companies House|Companies House no|Companies House registration number|Companies House reg no|Companies House registration|Companies House reference|Supplier company number|Supplier company reg|Supplier company registration number|Supplier registration number|CRN|CH number", "Registration number|Reg no|Company registration charity number|Company or charity number|Company ID|Company"),
    known(Column::CharityNumber, "Charity number|Charity no|Registered charity number|Registered charity no|Charity reg no|Charity reg number|Charity registration number|Charity registration|Charity commission number|Charity commission|Charity commission no|Supplier charity number", "Charity"),
    known(Column::OtherSupplierId, "Supplier ID|Supplier number|Supplier no|Vendor ID|Vendor number|Vendor no|Supplier code|Vendor code|Creditor number|Creditor ID|Supplier reference|Supplier ref|Provider ID|Supplier identifier", "DUNS|DUNS number|Other ID"),
    known(Column::Sme, "SME|SME supplier|Is SME|Supplier SME|SME status|SME y n|SME yes no|SME indicator|SME flag|Small or medium enterprise|Small medium enterprise|Is supplier SME|Is the supplier a SME|Is the supplier an SME|Small and medium enterprise|Small or medium sized enterprise", "Supplier size|Business size"),
    known(Column::Vcse, "VCSE|VCSE supplier|Is VCSE|Supplier VCSE|VCSE status|VCSE y n|VCSE yes no|VCSE indicator|VCSE flag|Voluntary or community sector organisation|Voluntary sector|Third sector|Third sector organisation|Is the supplier a VCSE|VCSE organisation|Voluntary community or social enterprise|VCS", "Voluntary or community sector|Voluntary community sector"),
    known(Column::VcseType, "Type of VCSE|VCSE type|VCSE category|VCSE organisation type", ""),
    known(Column::ContactName, "Contact|Contact name|Contact person|Contact officer|Name of contact|Contract manager|Contract manager name|Contract owner|Contract owner name|Contract lead|Contract officer|Contract contact|Council contact|Lead officer|Responsible officer|Nominated contact|Nominated contact point|Point of contact|Contact point|Named contact|Responsible person|Procurement officer|Procurement lead|Procurement contact|Service lead|Contract administrator|Council contract manager|Lead contact|Officer responsible", "Owner|Manager|Officer|Lead|Buyer contact|Commissioner|Commissioning manager|Budget holder|Contact details|Contact us"),
    known(Column::ContactEmail, "Email|Email address|Contact email|Contact email address|Contract manager email|Contact officer email|Officer email|Department email|Email contact|Contact e mail|E mail|E mail address|Contract owner email", "Contact|Contact details|Nominated contact point"),
    known(Column::ContactUrl, "Contact web page|Contact website|Contact page|Contact link", "Website|Web page|Contact details"),
    known(Column::ProcessType, "Procurement process|Procurement process type|Tender process|Procedure|Procurement procedure|Procurement method|Tender procedure|Tendering procedure|Procurement route|Route to market|Procedure type|Type of procedure|Award procedure|Tender route|Procurement type|Type of tender|Sourcing method|Process type|Tender process used|Procurement process used|Type of tender process", "Process|Procurement|Award process|Award method|Tendered"),
    known(Column::TenderDocumentUrl, "Tender document|Link to tender document|Link to tender|Tender link|Tender URL|Invitation to tender document|Link to invitation to tender|Tender documents|Link to tender documents", "Tender notice|Contract notice|Notice link|Link to notice|Tender|Notice URL"),
    known(Column::ContractDocumentUrl, "Contract document|Link to contract|Link to contract document|Contract link|Contract URL|Contract documents|Link to contract documents", "Document|Documents|Link|URL|Document link|Web link|Award notice|Link to award notice"),
];

/// How a name is known, the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// It means the column.
    Sure,
    /// It may.
    Likely,
    /// It is a known name but for a slip of the fingers.
    Misspelled,
}

/// A column that a heading may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) column: Column,
    pub(super) how: How,
    /// Where its name stands among the column's: less is better.
    pub(super) rank: usize,
}

/// Headings longer than this are sentences.
const LONGEST: usize = 120;

/// The columns a heading may mean, the likelier first; none when it is no known name.
pub(super) fn meanings(heading: &str) -> &'static [Meaning] {
    if heading.len() > LONGEST {
        return &[];
    }
    let words = words(heading);
    let without_brackets = || self::words(&outside_brackets(heading));
    find(&words)
        .or_else(|| find(&without_filler(&words)))
        .or_else(|| find(&without_brackets()))
        .or_else(|| find(&without_filler(&without_brackets())))
        .unwrap_or(&[])
}

/// As [`meanings`], for a heading with one slip of the fingers.
pub(super) fn misspelled(heading: &str) -> Option<Meaning> {
    let key = key(&words(heading));
    // A short word is one slip away from too many others.
    if heading.len() > LONGEST || key.len() < 7 {
        return None;
    }
    let near = |known: &&String| {
        known.len().abs_diff(key.len()) <= 1 && strsim::osa_distance(known.as_str(), &key) == 1
    };
    let mut found = BY_KEY
        .keys()
        .filter(near)
        .filter_map(|known| BY_KEY[known].first());
    let first = *found.next()?;
    // Two columns as near as each other are a guess.
    found
        .all(|other| other.column == first.column)
        .then_some(Meaning {
            how: How::Misspelled,
            ..first
        })
}

fn find(words: &[String]) -> Option<&'static [Meaning]> {
    BY_KEY.get(&key(words)).map(Vec::as_slice)
}

static BY_KEY: LazyLock<HashMap<String, Vec<Meaning>>> = LazyLock::new(|| {
    let mut by_key: HashMap<String, Vec<Meaning>> = HashMap::new();
    for Known { column, sure, likely } in &KNOWN {
        let sure = sure.split('|').map(|name| (How::Sure, name));
        let likely = likely.split('|').map(|name| (How::Likely, name));
        for (rank, (how, name)) in sure.chain(likely).enumerate() {
            let meanings = by_key.entry(key(&words(name))).or_default();
            // The first of two spellings of one name counts.
            if !name.is_empty() && meanings.iter().all(|meaning| meaning.column != *column) {
                let column = *column;
                meanings.push(Meaning { column, how, rank });
            }
        }
    }
    by_key.remove("");
    for meanings in by_key.values_mut() {
        meanings.sort_by_key(|meaning| meaning.how);
    }
    by_key
});

/// Words in any order, each once.
fn key(words: &[String]) -> String {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// The words of a heading in one spelling, those that say nothing left out. `ContractStartDate` is three words.
fn words(heading: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in heading.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if begins && c != '\'' && c != '\u{2019}' {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        if c == '#' {
            words.push("number".to_owned());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    let spelled = words.iter().filter_map(|word| spelled(word));
    spelled
        .flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// A word in one spelling; nothing for words that make no difference.
fn spelled(word: &str) -> Option<&str> {
    let one = match word {
        "the" | "of" | "a" | "an" | "and" | "or" | "for" | "if" | "any" | "applicable" | "please" | "is"
        | "s" | "dd" | "mm" | "yyyy" | "yy" | "ddmmyyyy" | "ex" | "exc" | "excl" | "excluding" => {
            return None;
        }
        "ref" | "refs" | "refno" => "reference",
        "no" | "num" | "nr" | "numbers" => "number",
        "reg" | "regn" => "registration",
        "org" | "organization" | "organizational" | "organisations" => "organisation",
        "dept" | "dep" | "departments" | "depts" => "department",
        "dir" | "directorates" => "directorate",
        "desc" | "descr" | "descriptions" => "description",
        "co" | "companies" => "company",
        "est" | "estimate" => "estimated",
        "ext" => "extension",
        "max" => "maximum",
        "approx" => "approximate",
        "inc" | "incl" | "include" | "includes" => "including",
        "cat" | "categories" => "category",
        "proc" => "procurement",
        "pa" | "p" | "yearly" => "annual",
        "identifier" | "identification" => "id",
        "mail" => "email",
        "e" => return None,
        "tel" | "phone" => "telephone",
        "url" | "hyperlink" => "link",
        "commencing" | "commences" | "commenced" => "commencement",
        "begins" | "begin" => "beginning",
        "enddate" => "end date",
        "startdate" => "start date",
        "auth" => "authority",
        "gbp" => return None,
        word => word,
    };
    Some(one)
}

/// Words that a heading may have in front of any column's name.
fn without_filler(words: &[String]) -> Vec<String> {
    let filler = [
        "contract",
        "contracts",
        "agreement",
        "agreements",
        "council",
        "councils",
        "net",
        "vat",
        "yes",
        "y",
        "n",
    ];
    let left = words.iter().filter(|word| !filler.contains(&word.as_str()));
    left.cloned().collect()
}

fn outside_brackets(heading: &str) -> String {
    let mut depth = 0u32;
    let outside = heading.chars().filter(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    outside.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(heading: &str) -> Option<(Column, How)> {
        meanings(heading)
            .first()
            .map(|meaning| (meaning.column, meaning.how))
    }

    #[test]
    fn headings_that_registers_have_are_known() {
        for (heading, column) in [
            ("Contract Name", Column::Title),
            ("Vendor", Column::SupplierName),
            ("Supplier(s)", Column::SupplierName),
            ("Expiry", Column::EndDate),
            ("Contract Expiry Date", Column::EndDate),
            ("Contract Owner", Column::ContactName),
            ("Ref No", Column::Reference),
            ("Ref No.", Column::Reference),
            ("Contract Ref #", Column::Reference),
            ("Company Reg", Column::CompaniesHouse),
            ("Co. Reg. No.", Column::CompaniesHouse),
            ("Option to extend", Column::ExtensionOptions),
            ("Total Contract Value (£)", Column::Value),
            ("Contract Value (excl. VAT)", Column::Value),
            ("contract_start_date", Column::StartDate),
            ("ContractStart", Column::StartDate),
            ("Start Date (dd/mm/yyyy)", Column::StartDate),
            ("End Date (inc. extensions)", Column::LastExtension),
            ("Dept.", Column::Department),
            ("Council's Department", Column::Department),
            ("E-mail", Column::ContactEmail),
            ("SME? (Y/N)", Column::Sme),
            ("Procurement Route", Column::ProcessType),
            ("CPV Code(s)", Column::CpvCode),
            ("Charity No", Column::CharityNumber),
        ] {
            assert_eq!(first(heading), Some((column, How::Sure)), "{heading}");
        }
    }

    #[test]
    fn a_yearly_value_is_the_value_only_likely_and_after_a_whole_one() {
        let rank = |heading: &str| meanings(heading)[0].rank;
        assert_eq!(first("Annual Value"), Some((Column::Value, How::Likely)));
        assert!(rank("Annual Value") > rank("Total Value"));
        assert_eq!(
            rank("Annual Value (£)"),
            rank("Value p.a.").min(rank("Annual Value"))
        );
    }

    #[test]
    fn one_name_may_mean_several_columns() {
        let columns: Vec<_> = meanings("Company").iter().map(|meaning| meaning.column).collect();
        assert_eq!(columns, [Column::SupplierName, Column::CompaniesHouse]);
        let columns: Vec<_> = meanings("Extension")
            .iter()
            .map(|meaning| meaning.column)
            .collect();
        assert_eq!(columns.len(), 2);
    }

    #[test]
    fn a_slip_of_the_fingers_is_seen_through_and_no_more_than_one() {
        let told = |heading| misspelled(heading).map(|meaning| (meaning.column, meaning.how));
        assert_eq!(
            told("Suplier name"),
            Some((Column::SupplierName, How::Misspelled))
        );
        assert_eq!(told("Supplyer nme"), None);
        assert_eq!(told("Cots"), None);
    }

    #[test]
    fn what_is_no_columns_name_is_not_taken_for_one() {
        for heading in [
            "Notes",
            "Comments",
            "Sponsor",
            "Our ward profile",
            "",
            " ? ",
            "£",
            "Contracts register 2024",
        ] {
            assert_eq!(meanings(heading), [], "{heading}");
        }
    }

    #[test]
    fn every_name_of_the_table_finds_its_column() {
        for known in &KNOWN {
            for name in known
                .sure
                .split('|')
                .chain(known.likely.split('|'))
                .filter(|name| !name.is_empty())
            {
                let found = meanings(name)
                    .iter()
                    .any(|meaning| meaning.column == known.column);
                assert!(found, "{name} does not find {:?}", known.column);
            }
        }
    }
}
