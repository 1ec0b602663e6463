"""Words for other people beside a number: a wife, a driver, an agent; in many languages, folded.

Such a number is somebody else's. Only words that hardly ever say what the lead is are here: a manager, an owner or a
reception may well be who the list is about.
"""

# ruff: noqa: RUF001 - alternatives of many scripts, which do not get clearer in short lines

from __future__ import annotations

from typing import Final

from telecmi_leads.core.text import pattern

_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u0610-\u065f\u0900-\u0963\u0970-\u0dff])"  # and the signs of Indian scripts

# What may stand anywhere among the words beside a number.
_CERTAIN = (
    r"husbands?|hubby|wif(?:e|ey)|spouse|fiancée?|(?:grand|step)?(?:father|mother)|grand(?:son|daughter|parents?|pa|ma)|(?:step)?(?:brother|sister)|daughter|son[\s-]in[\s-]law|"
    r"parents?|guardian|cousin|nephew|niece|sibling|friend|girl[\s-]?friend|boy[\s-]?friend|neighbou?r|relative|family\s+member|room[\s-]?mate|flat[\s-]?mate|colleague|co[\s-]?worker|boss|"
    r"landlord|landlady|assistant(?!\s+(?:manager|director|professor|engineer|general|vice|commissioner))|secretary|drivers?|chauffeur|agent|broker|dealer|middleman|nominee|guarantor|"
    r"co[\s-]?(?:applicant|borrower)|watchman|security\s+guard|caretaker|maid|servant|nanny|next\s+of\s+kin|emergency(?:\s+contact)?(?!\s+only)|"
    r"(?:somebody|someone)\s+else|third\s+(?:party|person)|"
    r"patni|biwi|gharwali|pitaji|mataji|beta\s+ka|beti\s+ka|bhai\s+ka|bh?ehan?\s+ka|behen\s+ka|didi\s+ka|papa\s+ka|pati\s+ka|mummy\s+ka|mamm?i\s+ka|dost\s+ka|padosi|rishtedar|"
    r"ehefrau|ehemann|(?:mein|sein|ihr)e?\s+(?:frau|mann)|gattin|gatte|(?:groß|schwieger)?(?:vater|mutter)|mama\s+von|sohn|tochter|bruder|schwester|eltern|onkel|tante|freund(?:in)?|nachbar(?:in)?|"
    r"fahrer(?:in)?|makler(?:in)?|vermittler(?:in)?|assistent(?:in)?|sekretärin|kolleg(?:e|in)|vormund|betreuer(?:in)?|notfallkontakt|"
    r"épouse|époux|conjointe?|(?:son|sa|mon|ma)\s+(?:mari|femme|amie?|copine|copain)|père|mère|frère|sœur|fils|fille|grand[\s-](?:père|mère)|neveu|nièce|voisine?|secrétaire|assistante|courtier|"
    r"espos[oa]|marido|mujer|padres?|madre|hij[oa]|herman[oa]|abuel[oa]|amig[oa]|vecin[oa]|chófer|chofer|conductor|agente|asistente|secretari[oa]|novi[oa]|suegr[oa]|cuñad[oa]|"
    r"mulher|(?:meu|seu|do)\s+pai|mãe|filh[oa]|irmã|irmão|av[óô]|vizinh[oa]|motorista|corretora?|assistente|secretári[oa]|namorad[oa]|companheir[oa]|sogr[oa]|"
    r"moglie|marito|figli[oa]|fratello|sorella|genitori|nonn[oa]|amic[oa]|autista|segretari[oa]|fidanzat[oa]|suocer[oa]|"
    r"echtgenoo?te?|vrouw|vader|moeder|zoon|dochter|broer|zus|ouders|vriendin|vriend|buurman|buurvrouw|makelaar|secretaresse|"
    r"żon[ay]|mąż|męża|ojciec|ojca|matk[ai]|syna?|córk[ai]|brata?|siostr[ay]|rodzice|kierowc[ay]|sąsiad(?:ka)?|przyjaciel|"
    r"eşi(?:nin)?|karısı|kocası|annesi(?:nin)?|babası(?:nın)?|oğlu(?:nun)?|kızı(?:nın)?|kardeşi(?:nin)?|arkadaşı|komşusu|şoförü?|sekreteri|"
    r"жен[аы]|мужа?|супруг[аи]?|отец|отца|мать|матери|мам[аы]|пап[аы]|сына?|доч(?:ь|ери)|брата?|сестр[аы]|родител[ьи]|бабушк[аи]|дедушк[аи]|дяд[яи]|т[её]т[яи]|друга?|подруг[аи]|сосед(?:ка|а)?|"
    r"водител[ья]|агента?|риэ?лтора?|секретар[ья]|помощника?|опекуна?|начальника?|дружина|чолові[кк]а?|батько|брокера?|"
    r"زوجة|زوجته|زوجها|والد|والده|والدها|والدة|والدته|والدتها|أخوه|أخته|صديق|سائق|السائق|بیوی|شوہر|والدہ|بھائی|بہن|"
    r"पत्नी|पति|पिता(?:जी)?|माता(?:जी)?|पापा|मम्मी|भाई|बहन|बेटा|बेटी|ड्राइवर|एजेंट|दोस्त|पड़ोसी|नवरा|बायको|वडील|স্ত্রী|স্বামী|পিতা|মাতা|પત્ની|પતિ|પિતા|માતા|மனைவி|கணவர்|அப்பா|அம்மா|భార్య|భర్త|తండ్రి|తల్లి|"
    r"istri|isteri|suami|ayah|kakak|adik|teman|sopir|supir|tetangga|orang\s+tua|vợ|chồng|con\s+trai|con\s+gái|anh\s+trai|chị\s+gái|em\s+gái|em\s+trai|tài\s+xế|lái\s+xe|phụ\s+huynh"
)
# Words of scripts without blanks between words.
_UNSPACED = (
    "妻子|老婆|太太的|丈夫|老公|父亲|父親|爸爸|母亲|母親|妈妈|媽媽|儿子|兒子|女儿|女兒|哥哥|弟弟|姐姐|妹妹|家长|家長|朋友(?!圈)|司机|司機|中介|秘书|秘書|助理|亲戚|邻居|家属|配偶|"
    "奥さん|ご主人|お父さん|お母さん|息子|友人|運転手|両親|ご家族|아내|남편|아버지|어머니|엄마|아빠|아들|친구|배우자|운전기사|비서|부모"
)
# Words that are names or forms of address too: only where nothing else stands between brackets, signs and digits.
_ALONE = (
    r"dad(?:dy)?|mum(?:my)?|mom(?:my)?|ma(?:m|mm)a|maa|son|uncle|aunt(?:y|ie)?|bhai|bhaiya|bh?ehan|behen|didi|beta|beti|pita|mata|pati|dost|partner|kids?|father\s+in\s+law|"
    r"frau|oma|opa|partnerin|femme|oncle|papá|mamá|tí[oa]|jefe|ibu|bapak|anak|妻|夫|父|母|娘|兄|姉|妹|딸"
)
_OF = r"(?:'s|s(?=\s+(?:no|num|number|mob|mobile|phone|cell|contact|ph|whatsapp)\b))?"
_NO_PERSON = r"(?!\s+of\s)(?!\s+(?:tongue|dairy|teresa|concern)\b)"
_EDGE_BEFORE = r"(?:(?<=^)|(?<=[\d()\[\]{},;:/|\n\x02=+\-])|(?<=[\d()\[\]{},;:/|\n\x02=+\-]\s))"
_EDGE_AFTER = r"(?=\s*(?:$|[\d()\[\]{},;:/|\n\x02=+\-]))"
_LABEL = r"(?:'s)?(?:\s+(?:ka|ki|ke))?(?:\s+(?:no|num|number|mob|mobile|phone|cell|contact|ph|whatsapp|name)\b\.?)?"

SOMEBODY: Final = pattern(
    rf"(?<!{_LETTER})(?:{_CERTAIN}){_OF}(?!{_LETTER}){_NO_PERSON}|{_UNSPACED}|{_EDGE_BEFORE}(?:{_ALONE}){_LABEL}{_EDGE_AFTER}"
)
