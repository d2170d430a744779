using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Coterie.WebConsole.Http;

namespace Coterie.WebConsole.Api;

/// <summary>Pieces of which the parts of the API describe themselves in OpenAPI 3.1. Its schemas are JSON schemas, made from the very types that are answered, so they cannot differ from them.</summary>
internal static class OpenApiParts
{
    /// <param name="place">query or path.</param>
    /// <param name="words">All that it may be; none: any text.</param>
    public static JsonObject Parameter(string name, string place, bool required, params string[] words)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (words.Length > 0)
        {
            schema["enum"] = new JsonArray([.. words.Select(static word => JsonValue.Create(word))]);
        }

        return new JsonObject { ["name"] = name, ["in"] = place, ["required"] = required, ["schema"] = schema };
    }

    public static JsonObject PageTokenHeader() => new()
    {
        ["name"] = PageToken.Header,
        ["in"] = "header",
        ["required"] = true,
        ["description"] = $"What every page of this console has in its meta element '{PageToken.MetaName}'",
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    /// <summary>What is answered, or asked, in JSON.</summary>
    public static JsonObject Answer(string description, JsonTypeInfo type) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject
        {
            ["application/json"] = new JsonObject { ["schema"] = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }) },
        },
    };
}
