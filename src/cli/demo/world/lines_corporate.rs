//! What any council buys to run itself: people, money, buildings, telephones, software.
//! The shape of a row is in `lines`.

use super::lines::{Line, lines};

/// Corporate lines.
pub(super) const CORPORATE: &[Line] = lines! {
    ('a' "Finance" "48451000" 0 "finance" 70000 22 60 [12, 12, 24] 'c' "Finance and procurement system (ERP)"
     "General ledger, payables, receivables and purchase-to-pay for {1/400} budget holders and schools' returns.")
    ('a' "Human resources" "48450000" 0 "hr" 45000 12 60 [12, 12] 'c' "HR and payroll system"
     "Payroll, pension returns, absence and recruitment for {place}; two pay runs a month.")
    ('a' "Finance" "48812000" 0 "income" 18000 6 48 [12, 12] 'c' "Income management and online payments"
     "Takes and posts card, direct debit and counter payments; {1/3} transactions a year.")
    ('a' "Customer services" "48445000" 353 "crm" 30000 9 48 [12, 12] 'c' "Customer relationship management"
     "Customer accounts, case tracking and complaints across {12-40} services, with a telephony screen-pop.")
    ('a' "Customer services" "72415000" 0 "website" 14000 3 36 [12, 12] 'c' "Website content management and online forms"
     "Hosting, templates and {60-180} online forms, kept to WCAG 2.2 AA.")
    ('a' "Customer services" "64210000" 0 "telephony" 22000 8 48 [12, 12] 'c' "Contact centre and corporate telephony"
     "Cloud telephony for {1/250} extensions with call recording and a {18-60} seat contact centre.")
    ('a' "Information technology" "48218000" 0 "productivity" 60000 28 36 [] 'c' "Productivity suite and collaboration licences"
     "Enterprise licences for e-mail, documents and meetings, {1/220} users, trued up each anniversary.")
    ('a' "Information technology" "32412000" 0 "network" 40000 18 60 [24] '-' "Wide area network and internet access"
     "Links between {9-70} sites with resilient internet breakout and managed firewalls.")
    ('a' "Information technology" "64212000" 0 "telephony" 8000 4 24 [12, 12] '-' "Mobile voice and data"
     "SIMs and device management for {1/380} mobile workers.")
    ('a' "Information technology" "30213000" 0 "hardware" 35000 15 36 [12] '-' "Laptops, monitors and disposal"
     "Rolling refresh over four years, imaging, asset tagging and certified disposal.")
    ('a' "Information technology" "48781000" 0 "service-desk" 12000 2 36 [12, 12] 'c' "IT service desk software"
     "Incidents, requests, changes and assets, with self-service for staff and members.")
    ('a' "Information technology" "48730000" 0 "cyber" 25000 5 36 [12, 12] 'c' "Security monitoring and vulnerability scanning"
     "Out-of-hours monitoring of {1/900} servers and endpoints, with an incident retainer of {5-15} days.")
    ('a' "Information technology" "48710000" 0 "backup" 15000 4 36 [12] 'c' "Backup and recovery service"
     "Immutable copies held off site; a full restore is rehearsed twice a year.")
    ('a' "Information technology" "48326000" 0 "gis" 16000 4 36 [12, 12] 'c' "Mapping and address gazetteer software"
     "Desktop and web mapping, custodianship of the address gazetteer and a public map of services.")
    ('a' "Information technology" "72310000" 0 "data-sys" 20000 5 24 [12, 12] 'c' "Data platform and reporting"
     "Warehouse, dashboards and matching of records between {4-11} systems.")
    ('a' "Legal and governance" "48311000" 0 "records" 16000 5 48 [12, 12] 'p' "Electronic document and records management"
     "Scanned and born-digital files with retention schedules; {2-14} million pages.")
    ('a' "Legal and governance" "48100000" 358 "committee-sys" 9000 1 36 [12, 12] 'c' "Committee management and webcasting"
     "Agendas, minutes, members' interests and webcasts of {40-110} meetings a year.")
    ('a' "Legal and governance" "48100000" 0 "legal-sys" 11000 2 36 [12] 'c' "Legal case management system"
     "Matters, time recording and court bundles for {6-45} fee earners.")
    ('a' "Legal and governance" "79111000" 0 "law" 30000 11 36 [12] '-' "Legal advice panel"
     "Call-off advice on property, employment, procurement and planning where the in-house team is at capacity.")
    ('a' "Finance" "79212200" 0 "audit" 40000 10 36 [12, 12] '-' "Internal audit co-sourced days"
     "{80-320} audit days a year, including computer audit and grant certification.")
    ('a' "Finance" "66515000" 0 "insurance" 90000 55 36 [24] '-' "Property, motor and liability insurance"
     "Cover for buildings, {25-480} vehicles, employer's and public liability, with claims handling.")
    ('a' "Finance" "66600000" 0 "audit" 12000 1 48 [12] '-' "Treasury management advice"
     "Rates, counterparties and borrowing strategy, with training for members.")
    ('a' "Procurement" "48490000" 0 "procure-sys" 7000 1 36 [12, 12] 'c' "E-tendering portal and contracts register"
     "Publication of notices, receipt of tenders and the published register.")
    ('a' "Human resources" "79620000" 0 "staffing" 180000 90 36 [12] '-' "Temporary agency staff: neutral vendor"
     "Supply of agency workers through one vendor; {25-320} bookings live in a typical week.")
    ('a' "Human resources" "80510000" 0 "training" 14000 4 24 [12] '-' "Learning and leadership programme"
     "Apprenticeship-linked courses and coaching for {40-260} managers.")
    ('a' "Human resources" "85147000" 0 "health" 18000 6 36 [12, 12] '-' "Occupational health and employee assistance"
     "Referrals, health surveillance and a confidential helpline.")
    ('a' "Property" "09310000" 0 "energy" 200000 120 24 [12] '-' "Electricity: half-hourly and unmetered supplies"
     "Renewable-backed supply to {30-420} meters, bought ahead in tranches.")
    ('a' "Property" "09123000" 0 "energy" 80000 45 24 [12] '-' "Natural gas supply"
     "Supply to {12-160} sites; volumes fall as boilers are replaced by heat pumps.")
    ('a' "Property" "90911200" 0 "cleaning" 60000 24 36 [12, 12] '-' "Cleaning of offices and public buildings"
     "Daily cleaning of {8-64} buildings, window cleaning and washroom supplies at the living wage.")
    ('a' "Property" "50700000" 0 "buildings" 90000 40 48 [12, 12] '-' "Building maintenance and statutory testing"
     "Planned and reactive maintenance, water hygiene, lifts and fixed-wire tests in {14-180} properties.")
    ('a' "Property" "79710000" 0 "security" 35000 10 36 [12] '-' "Guarding, key-holding and alarm response"
     "Reception guarding at the main offices and mobile response to {6-48} sites.")
    ('a' "Customer services" "79823000" 0 "print" 22000 9 36 [12, 12] '-' "Hybrid mail, printing and postage"
     "Letters and bills printed overnight; {1/2} items a year.")
    ('a' "Customer services" "79540000" 0 "language" 6000 3 36 [12] '-' "Interpreting and translation"
     "Face-to-face, telephone and British Sign Language interpreting at {2-12} hours' notice.")
    ('a' "Policy and communications" "79310000" 867 "consult-sys" 8000 1 24 [12, 12] 'c' "Consultation and participation platform"
     "Surveys, map-based comments and ideas boards; {15-60} consultations a year.")
};
