//! The demonstration's needs: what councils say is wrong before anyone has written a tender, and who says
//! "us too". Some are answered by a pilot: see `pilots`.

use super::councils::council;
use super::shapes::{DemoNeed, NeedState};
use super::terms::shifted;
use chrono::NaiveDate;

/// A need as the table has it: budget in thousands of pounds, wanted in so many days.
struct NeedRow {
    council: usize,
    state: NeedState,
    lgsl: u16,
    cpv: &'static str,
    thousands: (i64, i64),
    days: i64,
    title: &'static str,
    problem: &'static str,
    outcomes: &'static str,
    systems: &'static str,
    us_too: &'static [usize],
}

macro_rules! needs {
    ($(($slug:literal $state:ident $lgsl:literal $cpv:literal $low:literal..$high:literal $days:literal
        $title:literal $problem:literal $outcomes:literal $systems:literal [$($other:literal),*]))+) => {
        &[$(NeedRow { council: council($slug), state: NeedState::$state, lgsl: $lgsl, cpv: $cpv,
            thousands: ($low, $high), days: $days, title: $title, problem: $problem, outcomes: $outcomes,
            systems: $systems, us_too: &[$(council($other)),*] }),+]
    };
}

const NEEDS: &[NeedRow] = needs! {
    ("norfolk" Stated 40 "48332000" 15..40 210
     "Families find out that a school run is late by standing in the rain"
     "We run about 1,900 routes for children with special needs. When a taxi is late the parent rings the school, the school rings us, and we ring the operator. Last winter that was 11,000 calls."
     "A family knows within five minutes of us knowing. Half the calls. No new app that a driver must learn."
     "Passenger transport planning software; SMS through GOV.UK Notify; operators' own dispatch, or none"
     ["suffolk", "lancashire", "wiltshire", "cumberland"])
    ("stockport" Stated 528 "90511000" 10..30 160
     "Good furniture goes into the crusher because nobody asked"
     "One in four bulky collections could be used again. The booking form has no question about condition and the crew has no second vehicle."
     "A tenth of bulky items reach a home instead of the tip, and we can count them."
     "Online forms; bulky bookings calendar; two reuse charities with a van each"
     ["preston", "leeds", "camden", "south-norfolk"])
    ("breckland" Stated 524 "48100000" 20..60 300
     "The same forty bins are missed every fortnight"
     "Missed-bin reports are closed by returning to collect, never by asking why. The same lanes and blocked turning heads come back each round."
     "Repeat misses down by two thirds in one season, and crews say the fix stayed fixed."
     "In-cab software; address gazetteer; customer accounts"
     ["broadland", "west-suffolk", "ribble-valley", "mid-ulster", "norwich"])
    ("fife" Stated 561 "48614000" 20..50 270
     "We grit the main roads by forecast and the side roads by telephone"
     "Minor routes are treated when somebody complains. We have four road sensors for 2,400 km and a lot of local knowledge in three people's heads, two of whom retire soon."
     "A decision for each minor route by 14:00, with a reason a sheriff court would follow."
     "Winter decision log; spreader telemetry; weather station feeds"
     ["highland", "cumberland", "gwynedd"])
    ("norfolk" Stated 1743 "85312300" 20..45 120
     "People meet an advocate only after the decision"
     "Referrals come late, from social workers who remember. By then the assessment is written and an advocate can only object."
     "Advocacy is offered at the first contact, and taken up by people who are under-represented now."
     "Social care case management; the customer contact script"
     ["suffolk", "camden"])
    ("stockport" Stated 474 "48100000" 15..40 90
     "Renewing a parking permit asks for what we already know"
     "Thirty thousand renewals a year, each with an upload of a bill we sent. A third give up and telephone."
     "Nine in ten renewals need no upload; proof is asked for only where the record is in doubt."
     "Parking enforcement software; council tax; vehicle keeper enquiries"
     ["camden", "leeds"])
    ("norfolk" Met 557 "48100000" 25..60 -40
     "We hear of a pothole from the person who hit it"
     "Inspectors see an A road monthly and a lane yearly. Between visits we depend on reports, and on luck."
     "Half of the defects that need work are known to us before anyone reports them."
     "Highways asset management; refuse vehicles of seven districts"
     ["suffolk", "lancashire", "fife", "highland"])
    ("gwynedd" Stated 353 "48445000" 20..80 330
     "Choosing Welsh should not mean waiting longer"
     "Calls in Welsh wait two minutes more at busy hours because language is chosen after the queue, not before it. Web chats are answered in English first."
     "Equal waits in both languages, shown each week to the committee."
     "Contact centre telephony; customer records"
     [])
    ("highland" Stated 1307 "48813000" 10..35 240
     "When the ferry stops, nobody tells the care worker"
     "Carers, gritters and teachers find out one by one that a crossing or a road has closed. Each service keeps its own list and they disagree."
     "One notice reaches every service that is cut off, inside ten minutes, by whatever still has signal."
     "Ferry and road status feeds; staff rotas; SMS"
     ["fife", "gwynedd"])
    ("wiltshire" Stated 209 "72310000" 30..90 400
     "We cannot see who waits between hospital and home"
     "Four spreadsheets, two of them the hospital's. A person can be on all four with four dates."
     "One list by mid-morning that ward, social worker and provider all believe."
     "Social care case management; hospital discharge list; provider portal"
     ["norfolk", "leeds", "cumberland", "lancashire"])
    ("greater-manchester" Stated 0 "80531200" 50..150 280
     "Retrofit courses fill with people who already have a trade"
     "The places go to those who hear of them. We want school caterers, carers and warehouse staff to try it for a weekend before they risk leaving a job."
     "A third of starters are women; half come from sectors that are shrinking."
     "Adult skills returns; colleges' enrolment systems"
     ["stockport"])
    ("belfast" Stated 328 "48100000" 10..25 200
     "A family should not have to come to an office to find a grave"
     "Registers to 1869 are on paper and film. Each search takes a clerk forty minutes and there are thirty a week."
     "Four searches in five answered on line, with the plot on a map."
     "Cemetery records; scanned registers; public map"
     ["mid-ulster", "norwich"])
    ("camden" Draft 112 "98341000" 40..120 360
     "Nobody knows at six o'clock which rooms are left"
     "Officers ring thirty landlords each evening. A room is taken while we are on hold."
     "Placement by seven, inspected, and nearer to the children's school."
     "Housing options case records; landlords' telephones"
     [])
};

/// The needs, dated around today.
pub(super) fn needs(today: NaiveDate) -> Vec<DemoNeed> {
    NEEDS.iter().map(|row| full(row, today)).collect()
}

/// The position of the need whose title begins so.
pub(super) fn need(start: &str) -> Option<usize> {
    if start.is_empty() {
        None
    } else {
        NEEDS.iter().position(|row| row.title.starts_with(start))
    }
}

fn full(row: &NeedRow, today: NaiveDate) -> DemoNeed {
    DemoNeed {
        council: row.council,
        title: row.title,
        problem: row.problem,
        outcomes: row.outcomes,
        systems: (!row.systems.is_empty()).then_some(row.systems),
        lgsl: (row.lgsl != 0).then_some(row.lgsl),
        cpv_code: row.cpv,
        budget_min_pence: row.thousands.0 * 100_000,
        budget_max_pence: row.thousands.1 * 100_000,
        needed_by: shifted(today, row.days),
        state: row.state,
        us_too: row.us_too.to_vec(),
    }
}
