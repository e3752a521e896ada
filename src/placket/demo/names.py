"""Short lists of names, towns and streets that invented persons are put together from."""

from __future__ import annotations

from typing import NamedTuple


class Tongue(NamedTuple):
    """What persons of one language are called and where they live."""

    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]


def _tongue(language: str, first: str, last: str, streets: str) -> Tongue:
    return Tongue(language, *(tuple(words.split(", ")) for words in (first, last, streets)))


ENGLISH = _tongue(
    "en",
    "Priya, Amara, Siân, Zoë, Chloë, Róisín, Niamh, Seán, Tom, Grace, Oliver, Aisha, Callum, "
    "Imogen, Dylan, Farah, Harriet, Jamal, Kezia, Lewis, Maisie, Nadia, Owen, Poppy, Rhys, "
    "Saoirse, Tariq, Una, Violet, Wesley, Yasmin, Beatrice, Conor, Edith, Fergus, Gwen",
    "Shah, Okafor, Brontë, O'Hara, Ní Bhriain, Ashdown, Bellweather, Carmody, Dunmore, Eastwick, "
    "Fairbairn, Goswell, Hartigan, Inglewood, Jessop, Kirkbride, Larkham, Merriweather, Nuttall, "
    "Osgood, Pemberley, Quillfeather, Rowntree, Smith-Hall, Thistlewood, Underhill, Vaisey, "
    "Whitlock, Yardley, Zielinski, Achebe, Banerjee, Chaudhry, Mac Giolla, Pryce, de Souza",
    "Thimble Street, Bobbin Lane, Placket Row, Hem Close, Button Mews, Selvedge Road, Gusset Way",
)
FRENCH = _tongue(
    "fr",
    "Zoé, Hélène, François, Loïc, Maëlle, Benoît, Chloé, Anaïs, Rémi, Inès, Gaël, Noémie, Théo",
    "Lefèvre, Dubosc, Garçonnet, Béranger, Châtelain, L'Hôte, Noël, Pélissier, Ménard, d'Aubigné",
    "Rue du Dé, Allée des Bobines, Rue de l'Ourlet, Place du Bouton, Impasse du Fil",
)
GERMAN = _tongue(
    "de",
    "Jürgen, Käthe, Björn, Anneliese, Götz, Lüder, Marlene, Sören, Ulrike, Jörg, Wiebke, Emil",
    "Müllerstedt, Größer, Weiß, Schönfelder, Jäger, Köhlbrand, Strauß, Übelacker, von Lüneberg",
    "Nadelgasse, Knopfweg, Fadenstraße, Saumplatz, Am Fingerhut",
)
IBERIAN = _tongue(
    "es",
    "Íñigo, Begoña, José, Lucía, Ángel, Inés, Núria, Álvaro, Belén, Martín, João, Conceição",
    "Muñoz, Peñalver, Ibáñez, Güell, Cañizares, Nuñez, Gonçalves, Magalhães, Sá, Quiñones",
    "Calle del Hilo, Calle Dedal, Plaza del Botón, Rua da Agulha, Paseo de la Aguja",
)
NORTHERN = _tongue(
    "sv",
    "Åsa, Björn, Søren, Sigrún, Jørgen, Märta, Þóra, Håkon, Äiti, Gunnvör, Ingrid, Lærke, Väinö",
    "Ångström, Sjögren, Nørgaard, Sæther, Þorsteinsson, Østby, Mäkelä, Jönsson, Bjørnstad",
    "Nålgatan, Knappvägen, Trådstigen, Fingerbølgade, Nappikatu",
)
DUTCH = _tongue(
    "nl",
    "Zoë, Daniël, Reinier, Maaike, Noël, Sjoerd, Beatrijs, Ruben, Femke, Anaïs",
    "van der Zijde, de Vrïes, Coppée, Smeëts, Haanstra, van 't Hoff, ten Brink, D'hondt",
    "Naaldstraat, Knoopweg, Garenkade, Zoomplein, Vingerhoedlaan",
)
CENTRAL = _tongue(
    "pl",
    "Łukasz, Zofia, Małgorzata, Jiří, Božena, Wojciech, Eglė, Žydrūnas, Kateřina, Michał",
    "Wójcik, Żółkiewska, Dvořáková, Nováček, Śliwiński, Kazlauskienė, Říha, Błaszczyk",
    "ulica Igielna, ulica Guzikowa, Jehlová, ulica Nitkowa, Adatos gatvė",
)
SOUTHERN = _tongue(
    "en",
    "Niccolò, Chiara, Eleni, Giosuè, Mariánna, Despina, Andrea, Noa, Omar, Layla, Kenji, Mei Lin",
    "D'Angelò, Bràmbilla, Papadákis, Vella, Cefalù, Tanaka, Cohen, Al-Sayegh, Haddad, Wong",
    "Via dell'Ago, Via del Bottone, Odos Klostis, Triq il-Labra, Hari Street",
)


class Country(NamedTuple):
    """A country of the data: its ISO code, or None, the language of its persons, some towns."""

    code: str | None
    tongue: Tongue
    towns: tuple[str, ...]


def _country(code: str | None, tongue: Tongue, *towns: str) -> Country:
    return Country(code, tongue, towns)


COUNTRIES = {
    "Australia": _country("AU", ENGLISH, "Perth", "Hobart"),
    "Austria": _country("AT", GERMAN, "Wien", "Graz"),
    "Bahrain": _country("BH", SOUTHERN, "Manama"),
    "Belgium": _country("BE", DUTCH, "Gent", "Liège"),
    "Brazil": _country("BR", IBERIAN._replace(language="pt"), "São Paulo"),
    "Canada": _country("CA", FRENCH, "Montréal", "Halifax"),
    # The source does not say which island: Jersey, the larger, stands for both.
    "Channel Islands": _country("JE", ENGLISH, "Saint Helier"),
    "Cyprus": _country("CY", SOUTHERN, "Limassol"),
    "Czech Republic": _country("CZ", CENTRAL, "Plzeň"),
    "Denmark": _country("DK", NORTHERN, "Århus"),
    "EIRE": _country("IE", ENGLISH, "Cork", "Galway"),
    "European Community": _country(None, FRENCH, "Bruxelles"),
    "Finland": _country("FI", NORTHERN, "Jyväskylä"),
    "France": _country("FR", FRENCH, "Besançon", "Nîmes", "Orléans"),
    "Germany": _country("DE", GERMAN, "Köln", "Lübeck", "Görlitz"),
    "Greece": _country("GR", SOUTHERN, "Chaniá"),
    "Hong Kong": _country("HK", SOUTHERN, "Kowloon"),
    "Iceland": _country("IS", NORTHERN, "Reykjavík"),
    "Israel": _country("IL", SOUTHERN, "Haifa"),
    "Italy": _country("IT", SOUTHERN._replace(language="it"), "Forlì", "Torino"),
    "Japan": _country("JP", SOUTHERN, "Kōbe"),
    "Lebanon": _country("LB", SOUTHERN, "Beirut"),
    "Lithuania": _country("LT", CENTRAL, "Šiauliai"),
    "Malta": _country("MT", SOUTHERN, "Żejtun"),
    "Netherlands": _country("NL", DUTCH, "Delft", "Zwolle"),
    "Norway": _country("NO", NORTHERN, "Tromsø"),
    "Poland": _country("PL", CENTRAL, "Łódź"),
    "Portugal": _country("PT", IBERIAN._replace(language="pt"), "Évora"),
    "RSA": _country("ZA", ENGLISH, "Durban"),
    "Saudi Arabia": _country("SA", SOUTHERN, "Jeddah"),
    "Singapore": _country("SG", SOUTHERN, "Singapore"),
    "Spain": _country("ES", IBERIAN, "Cádiz", "A Coruña"),
    "Sweden": _country("SE", NORTHERN, "Malmö"),
    "Switzerland": _country("CH", GERMAN, "Zürich", "Genève"),
    "USA": _country("US", ENGLISH, "Portland", "Savannah"),
    "United Arab Emirates": _country("AE", SOUTHERN, "Sharjah"),
    "United Kingdom": _country("GB", ENGLISH, "Birmingham", "Leeds", "Cardiff", "Perth", "Truro"),
    "Unspecified": _country(None, ENGLISH, "Newtown"),
}
"""The 38 countries by the names that the data give them."""
