namespace Coterie.Server.Protocol;

/// <summary>The kinds of RESULT (native protocol v4 §4.2.5).</summary>
internal enum ResultKind
{
    Void = 1,
    Rows = 2,
    SetKeyspace = 3,
    Prepared = 4,
    SchemaChange = 5,
}

/// <summary>RESULT Void and SetKeyspace: the two that hold next to nothing.</summary>
internal static class ResultMessages
{
    public static void WriteVoid(FrameWriter frame) => frame.WriteInt((int)ResultKind.Void);

    public static void WriteSetKeyspace(FrameWriter frame, string keyspace)
    {
        frame.WriteInt((int)ResultKind.SetKeyspace);
        frame.WriteString(keyspace);
    }
}
