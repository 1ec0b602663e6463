"""Options, environment, `.env` and TOML profile → typed settings. The one owner of the process's environment.

options (every option, declared once) → setting_files, surroundings → resolving → accounts, network

Nothing is imported here, since every wing above needs `options` and few need the rest.
"""
