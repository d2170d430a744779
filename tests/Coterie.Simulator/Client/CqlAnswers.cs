namespace Coterie.Simulator.Client;

/// <summary>Reads answers of the native protocol (v4 §4.2).</summary>
internal static class CqlAnswers
{
    private const byte ErrorOpcode = 0x00;
    private const byte ReadyOpcode = 0x02;
    private const byte ResultOpcode = 0x08;

    private const byte PayloadFlag = 0x04;
    private const byte WarningsFlag = 0x08;

    private const int RowsKind = 2;
    private const int GlobalTableFlag = 1;
    private const int MorePagesFlag = 2;

    public static CqlAnswer Read(byte flags, byte opcode, byte[] body)
    {
        var cursor = new BodyCursor(body);
        if ((flags & WarningsFlag) != 0)
        {
            for (var count = cursor.Short(); count > 0; count--)
            {
                cursor.Text();
            }
        }

        if ((flags & PayloadFlag) != 0)
        {
            for (var count = cursor.Short(); count > 0; count--)
            {
                cursor.Text();
                cursor.Bytes();
            }
        }

        return opcode switch
        {
            ReadyOpcode => new CqlAnswer(CqlOutcome.Ok, "ready", []),
            ResultOpcode => cursor.Int() == RowsKind ? Rows(ref cursor) : new CqlAnswer(CqlOutcome.Ok, "result", []),
            ErrorOpcode => Error(cursor.Int(), cursor.Text()),
            _ => new CqlAnswer(CqlOutcome.Refused, $"opcode {opcode}", []),
        };
    }

    private static CqlAnswer Error(int code, string text)
    {
        var outcome = code switch
        {
            0x1000 => CqlOutcome.Unavailable,
            0x0000 or 0x1001 or 0x1002 or 0x1100 or 0x1200 or 0x1300 or 0x1500 => CqlOutcome.Unknown,
            _ => CqlOutcome.Refused,
        };
        return new CqlAnswer(outcome, $"{code:X4} {text}", []);
    }

    private static CqlAnswer Rows(ref BodyCursor cursor)
    {
        var flags = cursor.Int();
        var columns = cursor.Int();
        var pagingState = (flags & MorePagesFlag) != 0 ? cursor.Bytes() : null;

        if ((flags & GlobalTableFlag) != 0)
        {
            cursor.Text();
            cursor.Text();
        }

        for (var column = 0; column < columns; column++)
        {
            if ((flags & GlobalTableFlag) == 0)
            {
                cursor.Text();
                cursor.Text();
            }

            cursor.Text();
            cursor.Type();
        }

        var rows = new List<byte[]?[]>();
        for (var count = cursor.Int(); count > 0; count--)
        {
            var row = new byte[]?[columns];
            for (var column = 0; column < columns; column++)
            {
                row[column] = cursor.Bytes();
            }

            rows.Add(row);
        }

        return new CqlAnswer(CqlOutcome.Ok, "rows", rows) { PagingState = pagingState };
    }
}
