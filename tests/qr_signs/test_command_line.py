"""Printing without the register."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.config import ROOT
from qr_signs.__main__ import main

HEAD = "code,place,label\n"


@pytest.fixture
def printed(tmp_path, capsys):
    """Prints a CSV text; gives the exit code, what was said, and the file."""

    def run(content, *more, out="signs.pdf", encoding="utf-8"):
        signs = tmp_path / "signs.csv"
        signs.write_text(content, encoding)
        file = tmp_path / out
        code = main([str(signs), "--base-url", "https://vof.example.no", "--out", str(file), *more])
        return code, capsys.readouterr().err, file

    return run


def test_a_list_becomes_a_file_whose_symbols_are_read_back(printed):
    code, said, file = printed(HEAD + "7KQ3M8,Byparken,Ved porten\nAB12,Hallen,Inne\n", "--check")
    assert (code, said) == (0, "")
    assert file.read_bytes().startswith(b"%PDF")
    assert [one.name for one in file.parent.iterdir() if one.suffix == ".pdf"] == ["signs.pdf"]


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_one_sign_becomes_a_picture_or_a_drawing(printed, suffix):
    code, _said, file = printed(HEAD + "7KQ3M8,Byparken,Ved porten\n", out=f"sign.{suffix}")
    assert code == 0
    assert file.stat().st_size > 10_000


def test_a_mask_of_its_own_is_used(printed):
    with_mask = "code,place,label,mask\n7KQ3M8,Byparken,Ved porten,{}\n"
    files = [printed(with_mask.format(mask))[2].read_bytes() for mask in ("", "0", "1", "6")]
    assert files[0] == files[2]
    assert len(set(files)) == 3


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        (HEAD, (), "no sign in it"),
        ("place,label\nx,y\n", (), "'code' is missing"),
        (HEAD + "A,b,c\nABC-DEF,x,y\n", (), "line 3: 'ABC-DEF' is no code"),
        (HEAD + ",x,y\n", (), "line 2"),
        (HEAD + "ABCDEFGHJKMNP,x,y\n", (), "1 to 12"),
        ("code,place,label,mask\nA,b,c,8\n", (), "0 to 7"),
        (HEAD + "A,b,c\n", ("--languages", "de"), "nb, nn, en"),
        (HEAD + "A,b,c\n", ("--colour", "#FFFF00"), "darker"),
        (HEAD + "A,b,c\n", ("--copies", "0"), "1 to 100"),
        (HEAD + "A,b,c\n", ("--base-url", "vof.example.no"), "no address"),
        (HEAD + "A,b,c\n", ("--base-url", "https://vof.example.no/path"), "no address"),
    ],
)
def test_what_cannot_be_printed_is_said_and_nothing_is_written(printed, content, more, sentence):
    code, said, file = printed(content, *more)
    assert code == 2
    assert sentence in said
    assert not file.exists()


def test_two_signs_are_no_picture(printed):
    code, said, _file = printed(HEAD + "A,b,c\nB,b,c\n", out="two.png")
    assert code == 2
    assert "one sign" in said


def test_a_file_in_another_encoding_is_refused(printed):
    code, said, _file = printed(HEAD + "A,Ålgård,c\n", encoding="latin-1")
    assert code == 2
    assert "utf-8" in said


def test_help_is_given():
    told = subprocess.run(
        [sys.executable, "-m", "qr_signs", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--base-url" in told.stdout
    assert "sheet-99x68" in told.stdout
