"""Names of namespaces that work on a wiki of a language although its <siteinfo> lists only English ones."""

import bz2
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import unescape

import pytest

from db.importing.records import Link
from ingest.wikitext import namespaces
from ingest.wikitext.namespaces import namespace_names
from ingest.wikitext.raw_links import target_hashes
from ingest.wikitext.scan import link_targets, live
from ingest.wikitext.titles import ENGLISH_NAMESPACES, ENGLISH_SITE, Site, make_site, read_link

# File names as the Wikipedias themselves write them, today's and older ones, in the scripts of the world.
FILES = """
    el:Εικόνα el:Αρχείο vi:Hình vi:Tập_tin ru:Изображение ru:Файл uk:Зображення pl:Grafika pl:Plik cs:Soubor sk:Súbor
    de:Bild de:Datei als:Bild gsw:Datei nl:Afbeelding nl:Bestand fr:Fichier es:Imagen es:Archivo pt:Imagem pt:Ficheiro
    it:Immagine it:File ca:Fitxer gl:Ficheiro ro:Imagine ro:Fișier hu:Kép hu:Fájl fi:Kuva fi:Tiedosto sv:Bild sv:Fil
    da:Billede da:Fil no:Bilde nb:Fil nn:Fil is:Mynd et:Pilt et:Fail lv:Attēls lt:Vaizdas hr:Slika sr:Слика sr:Датотека
    sl:Slika mk:Слика bg:Картинка be:Файл be-tarask:Файл be-x-old:Файл tr:Resim tr:Dosya az:Şəkil kk:Сурет uz:Fayl
    ky:Файл tg:Акс ja:画像 ja:ファイル zh:文件 zh:圖像 zh-Hans-CN:图像 ko:파일 ko:그림 th:ภาพ th:ไฟล์ ar:ملف ar:صورة
    fa:پرونده fa:تصویر he:קובץ he:תמונה yi:טעקע hi:चित्र mr:चित्र ne:चित्र bn:চিত্র ta:படிமம் te:దస్త్రం ml:പ്രമാണം kn:ಚಿತ್ರ
    ka:ფაილი hy:Պատկեր id:Berkas ms:Fail eo:Dosiero eu:Fitxategi la:Fasciculus br:Restr cy:Delwedd ga:Íomhá
    nds-NL:Bestaand zh-classical:檔案 bat-smg:Abruozdielis rki:ဖိုင် bew:Gepokan ar:file el:FILE sah:Image
"""
CATEGORIES = """
    el:Κατηγορία vi:Thể_loại ru:Категория uk:Категорія pl:Kategoria cs:Kategorie de:Kategorie fr:Catégorie
    es:Categoría it:Categoria hu:Kategória fi:Luokka sv:Kategori ja:カテゴリ zh:分类 zh:分類 ko:분류 ar:تصنيف fa:رده
    he:קטגוריה
    hi:श्रेणी th:หมวดหมู่ tr:Kategori eo:Kategorio eu:Kategoria cy:Categori xx:Category dga:Gbuli
"""
OTHERS = """
    de:Benutzerin fr:Utilisatrice es:Usuaria pl:Wikipedystka cs:Wikipedistka ru:Участница uk:Користувачка pt:Utilizadora
    el:Πρότυπο vi:Bản_mẫu ru:Шаблон ja:ノート zh:討論 ko:토론 ar:نقاش de:Diskussion en:WT en:TM el:ΒΠ zh:WT fa:الگو
"""


def site_of(language: str) -> Site:
    return make_site(None, ENGLISH_NAMESPACES, language=language)


def spellings(name: str) -> list[str]:
    return [
        f"{name}:X",
        f" {name.replace('_', '  ')} : x",
        f":{name.upper()}:X",
        f"{name.lower()}:X|y".partition("|")[0],
    ]


@pytest.mark.parametrize("name", (FILES + OTHERS).split())
def test_a_page_of_another_namespace_is_no_link(name: str) -> None:
    language, _, name = name.partition(":")
    assert [read_link(target, site_of(language)) for target in spellings(name)] == [None] * 4
    raw = [target.encode().decode("latin-1") for target in spellings(name)]
    assert target_hashes(raw, site_of(language)).tolist() == [0] * 4


@pytest.mark.parametrize("name", CATEGORIES.split())
def test_a_category_of_its_language(name: str) -> None:
    language, _, name = name.partition(":")
    assert read_link(f"{name}: x", site_of(language)) == Link("category", "X")
    assert read_link(f":{name}:x", site_of(language)) == Link("page", "Category:X")


@pytest.mark.parametrize("target", ["Εικόνα:X", "Bild:X", "Grafika:X", "Soubor:X", "Plik:X", "画像:X"])
def test_the_name_of_one_language_is_a_title_in_another(target: str) -> None:
    assert read_link(target, ENGLISH_SITE) == Link("page", target)


def test_the_wiki_itself_decides_before_its_language() -> None:
    site = make_site("xwiki", {0: "", 6: "Datei", 100: "Bild"}, language="de")
    assert (site.numbers["bild"], site.numbers["datei"], site.numbers["image"]) == (100, 6, 6)
    assert "portal" not in make_site("dewiki", {0: ""}, language="de").numbers
    assert make_site("dewiki", {0: "", 100: "Portal"}, language="de").numbers["p"] == 100


def test_the_whole_file_is_read() -> None:
    """Each line is parsed alone; together they are what a parser of the whole file finds."""
    whole = tomllib.loads(Path(namespaces.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    assert len(whole) > 330
    for language, entry in whole.items():
        entry = whole[entry] if isinstance(entry, str) else entry
        assert namespace_names(language) == {name: int(n) for n, names in entry.items() for name in names}
        assert all(name == name.strip() and "_" not in name and "$" not in name for name in namespace_names(language))


def test_no_link_of_a_real_page_is_a_file(shared_data: Path) -> None:
    """The pieces come from 80 Wikipedias, and each <siteinfo> is the English one."""
    pieces = sorted((shared_data / "dumps" / "minidumps").glob("dbpedia-mini-*.xml.bz2"))
    if not pieces:
        pytest.skip(f"{shared_data} has no small dumps")
    found = [(target, read_link(target, site)) for piece in pieces for target, site in pictures(piece)]
    assert len(found) > 500
    assert [target for target, link in found if link] == []


def pictures(piece: Path) -> Iterator[tuple[str, Site]]:
    """The targets of links that end as the names of pictures do."""
    site = site_of(piece.name.split("-")[2].partition(".")[0])
    for text in re.findall("<text[^>]*>(.*?)</text>", bz2.decompress(piece.read_bytes()).decode(), re.S):
        for target in link_targets(live(unescape(text))):
            if re.search(r":.*\.(?:jpe?g|png|svg|gif)\s*$", target, re.I):
                yield target, site
