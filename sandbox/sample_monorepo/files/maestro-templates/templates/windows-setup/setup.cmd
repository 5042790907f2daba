@echo off
rem Sets ${name} up on a Windows machine.

py -3.11 -m venv .venv
call .venv\Scripts\activate.bat

pip install poetry
poetry install
