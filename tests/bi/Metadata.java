import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Prints what a JDBC driver says of the tables of a schema: a line a fact, with tabs between what kind
 * of fact it is and its parts. Arguments: address, user, password, schema.
 */
public class Metadata {
    public static void main(String[] arguments) throws SQLException {
        String schema = arguments[3];
        try (Connection connection =
                DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
            DatabaseMetaData said = connection.getMetaData();
            try (ResultSet tables = said.getTables(null, schema, "%", new String[] {"TABLE"})) {
                while (tables.next()) {
                    String table = tables.getString("TABLE_NAME");
                    print("table", table, tables.getString("REMARKS"));
                    print("primary", said.getPrimaryKeys(null, schema, table),
                            "TABLE_NAME", "COLUMN_NAME");
                    print("foreign", said.getImportedKeys(null, schema, table),
                            "FKTABLE_NAME", "FKCOLUMN_NAME", "PKTABLE_NAME", "PKCOLUMN_NAME");
                }
            }
            print("column", said.getColumns(null, schema, "%", "%"),
                    "TABLE_NAME", "COLUMN_NAME", "REMARKS");
        }
    }

    private static void print(String kind, ResultSet rows, String... names) throws SQLException {
        try (rows) {
            while (rows.next()) {
                String[] parts = new String[names.length + 1];
                parts[0] = kind;
                for (int i = 0; i < names.length; i++) {
                    parts[i + 1] = rows.getString(names[i]);
                }
                print(parts);
            }
        }
    }

    private static void print(String... parts) {
        System.out.println(String.join("\t", parts).replace("\n", " "));
    }
}
