"""Country codes and names that phonenumbers' data does not have."""

from __future__ import annotations

from typing import Final

_ALPHA_3 = """
AFG AF ALA AX ALB AL DZA DZ ASM AS AND AD AGO AO AIA AI ATG AG ARG AR ARM AM ABW AW AUS AU AUT AT AZE AZ BHS BS BHR BH
BGD BD BRB BB BLR BY BEL BE BLZ BZ BEN BJ BMU BM BTN BT BOL BO BES BQ BIH BA BWA BW BRA BR IOT IO BRN BN BGR BG BFA BF
BDI BI CPV CV KHM KH CMR CM CAN CA CYM KY CAF CF TCD TD CHL CL CHN CN CXR CX CCK CC COL CO COM KM COG CG COD CD COK CK
CRI CR CIV CI HRV HR CUB CU CUW CW CYP CY CZE CZ DNK DK DJI DJ DMA DM DOM DO ECU EC EGY EG SLV SV GNQ GQ ERI ER EST EE
SWZ SZ ETH ET FLK FK FRO FO FJI FJ FIN FI FRA FR GUF GF PYF PF GAB GA GMB GM GEO GE DEU DE GHA GH GIB GI GRC GR GRL GL
GRD GD GLP GP GUM GU GTM GT GGY GG GIN GN GNB GW GUY GY HTI HT VAT VA HND HN HKG HK HUN HU ISL IS IND IN IDN ID IRN IR
IRQ IQ IRL IE IMN IM ISR IL ITA IT JAM JM JPN JP JEY JE JOR JO KAZ KZ KEN KE KIR KI PRK KP KOR KR KWT KW KGZ KG LAO LA
LVA LV LBN LB LSO LS LBR LR LBY LY LIE LI LTU LT LUX LU MAC MO MDG MG MWI MW MYS MY MDV MV MLI ML MLT MT MHL MH MTQ MQ
MRT MR MUS MU MYT YT MEX MX FSM FM MDA MD MCO MC MNG MN MNE ME MSR MS MAR MA MOZ MZ MMR MM NAM NA NRU NR NPL NP NLD NL
NCL NC NZL NZ NIC NI NER NE NGA NG NIU NU NFK NF MKD MK MNP MP NOR NO OMN OM PAK PK PLW PW PSE PS PAN PA PNG PG PRY PY
PER PE PHL PH POL PL PRT PT PRI PR QAT QA REU RE ROU RO RUS RU RWA RW BLM BL SHN SH KNA KN LCA LC MAF MF SPM PM VCT VC
WSM WS SMR SM STP ST SAU SA SEN SN SRB RS SYC SC SLE SL SGP SG SXM SX SVK SK SVN SI SLB SB SOM SO ZAF ZA SSD SS ESP ES
LKA LK SDN SD SUR SR SJM SJ SWE SE CHE CH SYR SY TWN TW TJK TJ TZA TZ THA TH TLS TL TGO TG TKL TK TON TO TTO TT TUN TN
TUR TR TKM TM TCA TC TUV TV UGA UG UKR UA ARE AE GBR GB USA US URY UY UZB UZ VUT VU VEN VE VNM VN VGB VG VIR VI WLF WF
ESH EH YEM YE ZMB ZM ZWE ZW XKX XK ROM RO
"""

ALPHA_3: Final = dict(zip(_ALPHA_3.split()[::2], _ALPHA_3.split()[1::2], strict=True))
"""ISO 3166-1 alpha-3 to alpha-2, with XKX (Kosovo) and ROM (Romania until 2002), which files still hold."""

OTHER_NAMES: Final = {
    "UK": "GB", "Great Britain": "GB", "Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB",
    "Northern Ireland": "GB", "United Kingdom of Great Britain and Northern Ireland": "GB",
    "America": "US", "United States of America": "US", "U S A": "US", "U S": "US", "Estados Unidos de América": "US",
    "UAE": "AE", "U A E": "AE", "Emirates": "AE", "Dubai": "AE", "Abu Dhabi": "AE", "Sharjah": "AE",
    "KSA": "SA", "Kingdom of Saudi Arabia": "SA", "Saudi": "SA",
    "Bharat": "IN", "Hindustan": "IN", "Republic of India": "IN", "हिंदुस्तान": "IN", "இந்தியா": "IN", "ভারত": "IN",
    "భారతదేశం": "IN", "ഇന്ത്യ": "IN", "ಭಾರತ": "IN", "ભારત": "IN", "ਭਾਰਤ": "IN", "بھارت": "IN",
    "الهند": "IN", "الإمارات": "AE", "الإمارات العربية المتحدة": "AE", "السعودية": "SA",
    "المملكة العربية السعودية": "SA", "قطر": "QA", "الكويت": "KW", "عمان": "OM", "البحرين": "BH", "مصر": "EG",
    "Holland": "NL", "The Netherlands": "NL", "Czechia": "CZ", "Slovak Republic": "SK", "Türkiye": "TR",
    "Turkiye": "TR", "Republic of Türkiye": "TR", "Russian Federation": "RU", "Republic of Ireland": "IE", "Eire": "IE",
    "Macedonia": "MK", "North Macedonia": "MK", "Moldova, Republic of": "MD", "Republic of Moldova": "MD",
    "Bosnia": "BA", "Kosovo": "XK", "Holy See": "VA", "Vatican City": "VA", "Vatican City State": "VA",
    "Holy See (Vatican City State)": "VA", "Swiss": "CH", "Bundesrepublik Deutschland": "DE",
    "Korea": "KR", "Republic of Korea": "KR", "Korea, Republic of": "KR", "Korea, South": "KR",
    "Korea, North": "KP", "Korea, Democratic People's Republic of": "KP", "DPRK": "KP",
    "Democratic People's Republic of Korea": "KP",
    "PRC": "CN", "P R China": "CN", "People's Republic of China": "CN", "Mainland China": "CN",
    "Hong Kong SAR": "HK", "Hong Kong SAR China": "HK", "Hongkong": "HK", "Macau": "MO", "Macau SAR": "MO",
    "Macao SAR China": "MO", "Taiwan, Province of China": "TW", "Republic of China": "TW",
    "Viet Nam": "VN", "Lao PDR": "LA", "Lao People's Democratic Republic": "LA", "Burma": "MM", "Myanmar (Burma)": "MM",
    "Brunei Darussalam": "BN", "East Timor": "TL", "Timor-Leste": "TL", "Kampuchea": "KH", "Ceylon": "LK",
    "Iran, Islamic Republic of": "IR", "Islamic Republic of Iran": "IR", "Syrian Arab Republic": "SY",
    "Palestinian Territories": "PS", "Palestinian Territory": "PS", "Palestinian Territory, Occupied": "PS",
    "State of Palestine": "PS", "Palestine, State of": "PS",
    "Ivory Coast": "CI", "Cabo Verde": "CV", "Cape Verde": "CV", "Swaziland": "SZ", "Eswatini": "SZ",
    "Congo, Democratic Republic of the": "CD", "Democratic Republic of the Congo": "CD", "DRC": "CD", "DR Congo": "CD",
    "Congo-Kinshasa": "CD", "Congo-Brazzaville": "CG", "Republic of the Congo": "CG",
    "Tanzania, United Republic of": "TZ", "United Republic of Tanzania": "TZ", "The Gambia": "GM", "RSA": "ZA",
    "Republic of South Africa": "ZA", "Libyan Arab Jamahiriya": "LY", "Réunion": "RE", "Reunion": "RE",
    "Bolivia, Plurinational State of": "BO", "Plurinational State of Bolivia": "BO",
    "Venezuela, Bolivarian Republic of": "VE", "Bolivarian Republic of Venezuela": "VE",
    "Micronesia, Federated States of": "FM", "Federated States of Micronesia": "FM", "Micronesia": "FM",
    "St Kitts and Nevis": "KN", "St Lucia": "LC", "St Vincent and the Grenadines": "VC", "St Vincent": "VC",
    "Trinidad": "TT", "Virgin Islands, US": "VI", "US Virgin Islands": "VI", "U.S. Virgin Islands": "VI",
    "Virgin Islands, British": "VG", "British Virgin Islands": "VG", "Saint Helena": "SH", "Curaçao": "CW",
    "Sint Maarten": "SX", "Falkland Islands": "FK", "Brasil": "BR", "Bahamas, The": "BS", "Gambia, The": "GM",
    "Ascension Island": "AC", "Tristan da Cunha": "TA",
}  # fmt: skip
"""Short forms, official names, former names and native names, as CRM systems and forms write them."""
