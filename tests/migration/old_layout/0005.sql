update alembic_version set version_num = '0005';
